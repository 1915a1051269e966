"""Assets from elsewhere are the ones that were reviewed, and pages use only icons that exist."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "portal/static/portal"
ICON_TAG = re.compile(r"{% icon \"([a-z-]+)\"")


def test_vendored_files_are_exactly_the_reviewed_ones() -> None:
    vendor = STATIC / "vendor"
    lines = [line.split("  ", 1) for line in (vendor / "SHA256SUMS").read_text().splitlines()]
    recorded = {name: digest for digest, name in lines}

    present = {str(path.relative_to(vendor)) for path in vendor.glob("*/*")} | {"../icons.svg"}
    digests = {name: hashlib.sha256((vendor / name).read_bytes()).hexdigest() for name in present}

    assert digests == recorded


def test_every_package_brings_its_licence() -> None:
    packages = [path for path in (STATIC / "vendor").iterdir() if path.is_dir()]

    assert [package.name for package in packages if not (package / "LICENSE").exists()] == []


def test_every_icon_of_a_template_is_in_the_sprite() -> None:
    drawn = set(re.findall(r'<symbol id="([a-z-]+)"', (STATIC / "icons.svg").read_text()))

    used = {name for page in (ROOT / "templates").rglob("*.html") for name in ICON_TAG.findall(page.read_text())}

    assert used - drawn == set()
