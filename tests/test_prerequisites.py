"""What a machine lacks is named in one line that says how to get it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
# Runs a script in a Python that lacks a module.
_WITHOUT = """
import runpy, sys
sys.modules[{module!r}] = None
sys.argv[1:] = ["run"]
runpy.run_path({script!r}, run_name="__main__")
"""


@pytest.mark.parametrize("goal", ["run", "test"])
def test_a_python_that_is_not_there_is_named(goal: str) -> None:
    command = ["make", goal, "PYTHON=/nowhere/python3.11"]
    # Not as a part of the `make test` that runs this.
    env = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(command, cwd=PROJECT, env=env, capture_output=True, text=True, timeout=60)

    (line,) = done.stdout.splitlines()
    assert done.returncode == 2
    assert line.startswith("/nowhere/python3.11 is missing: Python 3.11 is needed (on Debian, apt-get install ")


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_python_without_its_venv_module_is_told_which_package_has_it(tmp_path: Path, module: str) -> None:
    for folder in ("tools", "requirements"):
        shutil.copytree(PROJECT / folder, tmp_path / folder)
    script = str(tmp_path / "tools" / "environment.py")

    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT.format(module=module, script=script)], capture_output=True, text=True
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Python's venv module is missing: on Debian, apt-get install python3-venv\n"
    assert not (tmp_path / ".venv").exists()
