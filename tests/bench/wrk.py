"""The load: one kind of request over and over, by wrk (a Debian package) over kept connections."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

CONNECTIONS = 16
# Stands in a request where each gets a number of its own: see post.lua.
NUMBER = "@" * 12
_DRAIN = 2  # seconds for the answers that are still under way
_SCRIPT = Path(__file__).with_name("post.lua")


class LoadError(Exception):
    """The load did not run as it should, so its figures mean nothing."""


@dataclass(frozen=True)
class Load:
    """What came of one load. Latencies are in milliseconds."""

    answers: int
    refused: int
    per_second: float
    p50: float
    p95: float
    p99: float

    @property
    def accepted(self) -> int:
        return self.answers - self.refused


def check_wrk() -> None:
    """Exit with one line when wrk is not installed."""
    if not shutil.which("wrk"):
        sys.exit("wrk is missing: on Debian, apt-get install wrk")


def http_request(*, path: str, port: int, headers: dict[str, str], body: str) -> bytes:
    """Return a POST as it goes over the wire."""
    content = body.encode()
    fields = {"Host": f"127.0.0.1:{port}", **headers, "Content-Length": str(len(content))}
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode() + content


def run_load(request: bytes, *, port: int, seconds: float, folder: Path) -> Load:
    """Send `request` for so many seconds and wait for all answers. Raises `LoadError`."""
    file = folder / "request"
    file.write_bytes(request)
    command = ["wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--timeout", "10"]
    command += ["--duration", str(int(seconds + _DRAIN + 0.5)), "--script", str(_SCRIPT)]
    command += [f"http://127.0.0.1:{port}/", "--", str(file), str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True)
    _text, found, result = done.stdout.partition("\nRESULT ")
    if done.returncode or not found:
        raise LoadError(f"wrk failed: {done.stderr or done.stdout}")
    counts = json.loads(result)
    if counts["broken"] or not counts["answers"]:
        raise LoadError(f"{counts['broken']} connections broke, {counts['answers']} answers came")
    latencies = {name: counts[name] / 1000 for name in ("p50", "p95", "p99")}
    return Load(counts["answers"], counts["refused"], counts["answers"] / seconds, **latencies)
