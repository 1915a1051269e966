"""The table of a run: medians of ratios, and whether the budgets hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median

from tests.bench.rounds import BASELINE, BLOCKED, PGBENCH, REST, SOAP, UNKNOWN, WITH_WORKER, Round
from tests.bench.working import Working

_ROWS = (REST, SOAP, WITH_WORKER, BLOCKED, UNKNOWN, BASELINE, PGBENCH)
_MEMORY = 120  # MB per web process


def table(rounds: Sequence[Round]) -> str:
    """Return a line per contestant: requests per second, both ratios, latencies in ms."""
    lines = [f"{'':28}{'per s':>8}{'x baseline':>12}{'x pgbench':>11}{'p50':>8}{'p95':>8}{'p99 ms':>9}"]
    for name in _ROWS:
        line = f"{name:28}{_median(rounds, lambda one: one.speed(name)):8.0f}"  # noqa: B023 - used at once
        line += f"{ratio(rounds, name, BASELINE):12.2f}{ratio(rounds, name, PGBENCH):11.3f}"
        if name != PGBENCH:
            for percentile, width in (("p50", 8), ("p95", 8), ("p99", 9)):
                line += f"{_latency(rounds, name, percentile):{width}.1f}"
        lines.append(line)
    return "\n".join(lines)


def budgets(rounds: Sequence[Round]) -> str:
    """Return a line per budget of the design, and whether it holds."""
    slowness = _median(rounds, lambda one: one.loads[REST].p99 / one.loads[BASELINE].p99)
    resident, shared_out = (max(one.memory[kind] for one in rounds) for kind in (0, 1))
    checks = [
        (ratio(rounds, REST, BASELINE), ">=", 5, "x the baseline, accepted (towards 12)"),
        (ratio(rounds, REST, PGBENCH), ">=", 0.15, "x pgbench, accepted (towards 0.4)"),
        (slowness, "<=", 0.3, "x the baseline's p99"),
        (ratio(rounds, BLOCKED, REST), ">=", 1, "x accepted: refused with an entry each"),
        (ratio(rounds, UNKNOWN, REST), ">=", 1, "x accepted: refused and counted on one entry"),
        (shared_out, "<=", _MEMORY, f"MB per web process, shared pages divided ({resident:.0f} resident)"),
    ]
    return "\n".join(_check(*check) for check in checks)


def working(found: Working) -> str:
    """Return a line per figure of the workers, and whether the budgets hold."""
    return "\n".join(
        [
            _check(found.one_worker, ">=", 500, "messages/s from registered to in workflow, one worker"),
            f"{'':8}{found.two_workers:8.2f}  {'':8} messages/s with two workers on this machine",
            _check(found.slowest_wake_up, "<=", 1, f"s until a worker wakes up (median {found.wake_up:.2f})"),
            f"{'':8}{found.deliveries:8.2f}  {'':8} deliveries/s to a webhook on this machine",
        ]
    )


def lists(times: dict[str, tuple[float, float]], few: int, many: int) -> str:
    """Return a line per page: ms over few and over many messages, and whether it stays within the budget."""
    lines = [f"{'':28}{few:>12,}{many:>12,} messages, ms"]
    lines += [f"{name:28}{one:12.1f}{other:12.1f}" for name, (one, other) in times.items()]
    ratios = {name: other / one for name, (one, other) in times.items()}
    worst = max(ratios, key=lambda name: ratios[name])
    return "\n".join([*lines, "", _check(ratios[worst], "<=", 1.5, f"x the time over few: {worst}")])


def _check(value: float, sign: str, bound: float, text: str) -> str:
    holds = value >= bound if sign == ">=" else value <= bound
    return f"{'holds' if holds else 'MISSED':8}{value:8.2f}  {sign} {bound:<5} {text}"


def ratio(rounds: Sequence[Round], name: str, other: str) -> float:
    """Return the median over the rounds of one contestant's speed over another's."""
    return _median(rounds, lambda one: one.speed(name) / one.speed(other))


def _latency(rounds: Sequence[Round], name: str, percentile: str) -> float:
    return _median(rounds, lambda one: float(getattr(one.loads[name], percentile)))


def _median(rounds: Sequence[Round], value: Callable[[Round], float]) -> float:
    return median(value(one) for one in rounds)
