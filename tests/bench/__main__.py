"""The command behind `make bench`: ROUNDS (5) rounds, in which each contestant gets SECONDS (3)."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.baseline_server import running_baseline
from tests.bench.pgbench import prepare_pgbench
from tests.bench.portal import PROJECT, PortalError, running_portal
from tests.bench.report import budgets, table
from tests.bench.rounds import BASELINE, PGBENCH, REST, Arena, Round
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
        results = _play(folder, rounds, seconds)
    except (PortalError, LoadError) as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"\n{table(results)}\n\n{budgets(results)}\n")
    faults = [fault for one in results for fault in one.faults]
    print("\n".join(faults) or "Stored is what was acknowledged, in every round; what had to be refused was refused.")
    return 1 if faults else 0


def _play(folder: Path, rounds: int, seconds: float) -> list[Round]:
    print("Starting portal and baseline", flush=True)
    results = []
    with (
        running_portal(folder) as portal,
        running_baseline(folder, portal_database_url=portal.database_url) as baseline,
    ):
        token = portal.prepare()
        prepare_pgbench(portal.database_url)
        arena = Arena(portal, baseline, token, seconds, folder)
        arena.warm_up()
        for number in range(rounds):
            started = time.monotonic()
            results.append(arena.play(number))
            speeds = "  ".join(f"{name} {results[-1].speed(name):.0f}/s" for name in (REST, BASELINE, PGBENCH))
            print(f"Round {number + 1}: {speeds}  ({time.monotonic() - started:.0f} s)", flush=True)
    return results


if __name__ == "__main__":
    sys.exit(main())
