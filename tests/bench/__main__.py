"""The command behind `make bench`: ROUNDS (5) rounds, in which each contestant gets SECONDS (3), then the workers, then
pages over LISTS (5000000) messages. ROUNDS=0, WORKERS=0 or LISTS=0 leaves that part out.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.bench import report
from tests.bench.baseline_server import running_baseline
from tests.bench.lists import FEW, measure_lists
from tests.bench.pgbench import prepare_pgbench
from tests.bench.portal import PROJECT, Portal, PortalError, running_portal
from tests.bench.rounds import BASELINE, PGBENCH, REST, Arena, Round
from tests.bench.working import measure_working
from tests.bench.wrk import LoadError, check_wrk


def main() -> int:
    """Run all rounds; fail when something was stored, lost or let in that should not."""
    check_wrk()
    rounds, seconds = int(os.environ.get("ROUNDS", "5")), float(os.environ.get("SECONDS", "3"))
    # Beside where the portal keeps its data, not in /tmp: that may be memory, which knows no waiting for a disk.
    (PROJECT / "var").mkdir(mode=0o711, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=PROJECT / "var"))
    folder.chmod(0o711)
    try:
        faults = _run(folder, rounds, seconds)
    except (PortalError, LoadError) as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(
        "\n".join(faults) or "Stored is what was acknowledged, done what was stored, once; what had to be refused was."
    )
    return 1 if faults else 0


def _run(folder: Path, rounds: int, seconds: float) -> list[str]:
    """Run what was asked for and print its figures; return what was not as it should be."""
    faults: list[str] = []
    with running_portal(folder) as portal:
        token = portal.prepare()
        if os.environ.get("WORKERS") != "0":
            # Before the rounds, which leave the worker a pile of messages.
            found = measure_working(portal, token)
            print(f"\n{report.working(found)}\n", flush=True)
            faults += found.faults
        if rounds:
            results = _play(folder, portal, token, rounds, seconds)
            print(f"\n{report.table(results)}\n\n{report.budgets(results)}\n", flush=True)
            faults += [fault for one in results for fault in one.faults]
        if many := int(os.environ.get("LISTS", "5000000")):
            print(f"Pages over {many:,} messages; filling takes minutes", flush=True)
            print(f"\n{report.lists(measure_lists(portal, many), FEW, many)}\n", flush=True)
    return faults


def _play(folder: Path, portal: Portal, token: str, rounds: int, seconds: float) -> list[Round]:
    results = []
    with running_baseline(folder, portal_database_url=portal.database_url) as baseline:
        prepare_pgbench(portal.database_url)
        arena = Arena(portal, baseline, token, seconds, folder)
        # Also between the loads: what the worker does there is written to disk during the next one, and is its p99.
        with portal.worker_held():
            arena.warm_up()
            for number in range(rounds):
                started = time.monotonic()
                results.append(arena.play(number))
                speeds = "  ".join(f"{name} {results[-1].speed(name):.0f}/s" for name in (REST, BASELINE, PGBENCH))
                print(f"Round {number + 1}: {speeds}  ({time.monotonic() - started:.0f} s)", flush=True)
    return results


if __name__ == "__main__":
    sys.exit(main())
