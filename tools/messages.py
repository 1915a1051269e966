"""Check that the Dutch catalogue is complete, or bring it up to date: `python tools/messages.py [--update]`.

Complete: every text of the screen is in it, translated and not fuzzy, and the compiled form says the same. Needs
gettext's programs.
"""

from __future__ import annotations

import gettext
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
CATALOGUE = PROJECT / "portal" / "locale" / "nl" / "LC_MESSAGES" / "django.po"
COMPILED = CATALOGUE.with_suffix(".mo")
# Without locations a line that moves changes nothing.
COLLECT = ["makemessages", "--locale=nl", "--no-location", "--no-obsolete", "--no-wrap"]
COLLECT += [f"--ignore={folder}" for folder in ("var", "tests", "tools", "deploy")]


def main(update: bool) -> int:
    """Check or update; return the exit status."""
    if not shutil.which("msgattrib"):
        print("gettext is missing: apt-get install gettext", file=sys.stderr)
        return 1
    if update:
        _collect()
        _compile(COMPILED)
    faults = _faults()
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def _collect() -> None:
    command = [sys.executable, "manage.py", *COLLECT]
    subprocess.run(command, cwd=PROJECT, check=True, stdout=subprocess.DEVNULL)


def _compile(target: Path) -> None:
    subprocess.run(["msgfmt", "--check", "-o", target, CATALOGUE], check=True)


def _faults() -> list[str]:
    """Return what is wrong with the catalogue, one line per fault."""
    faults = [f"not translated: {text}" for text in _texts(CATALOGUE, "--untranslated")]
    faults += [f"fuzzy: {text}" for text in _texts(CATALOGUE, "--only-fuzzy")]
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "django.mo"
        _compile(fresh)
        if not COMPILED.exists() or _entries(fresh) != _entries(COMPILED):
            faults.append(f"{COMPILED.name} differs from {CATALOGUE.name}: make messages")
        before = Path(folder) / "django.po"
        shutil.copy2(CATALOGUE, before)
        try:
            _collect()
            known, needed = set(_texts(before)), set(_texts(CATALOGUE))
        finally:
            shutil.copy2(before, CATALOGUE)
    faults += [f"not in the catalogue: {text}" for text in sorted(needed - known)]
    faults += [f"in the catalogue, but used nowhere: {text}" for text in sorted(known - needed)]
    return faults


def _texts(catalogue: Path, *options: str) -> list[str]:
    """Return the source texts of the entries that msgattrib selects, with their context."""
    command = ["msgattrib", "--no-obsolete", "--no-wrap", *options, str(catalogue)]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    texts = []
    for entry in listed.split("\n\n"):
        lines = [line for line in entry.splitlines() if not line.startswith("#")]
        end = next((number for number, line in enumerate(lines) if line.startswith("msgstr")), 0)
        source = " ".join(lines[:end])
        if source and source != 'msgid ""':
            texts.append(source)
    return texts


def _entries(compiled: Path) -> dict[object, str]:
    with compiled.open("rb") as file:
        entries: dict[object, str] = dict(gettext.GNUTranslations(file)._catalog)  # type: ignore[attr-defined]  # noqa: SLF001 - no public way
    # The header's dates are no text of the screen.
    entries.pop("", None)
    return entries


if __name__ == "__main__":
    sys.exit(main("--update" in sys.argv[1:]))
