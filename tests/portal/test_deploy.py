"""What `deploy/` names exists, and its servers run as `make run` runs them."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from django.core.management import get_commands

from portal.supervisor.configuration import Configuration
from portal.supervisor.parts import Program, web, worker

PROJECT = Path(__file__).resolve().parents[2]
DEPLOY = PROJECT / "deploy"
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())
WEB = [DEPLOY / "Dockerfile", DEPLOY / "systemd" / "berichtenpoort-web.service"]
WORKER = [DEPLOY / "compose.yaml", DEPLOY / "systemd" / "berichtenpoort-worker@.service"]
README = (PROJECT / "README.md").read_text(encoding="utf-8")


def _words(text: str) -> list[str]:
    """Return the words of a command, whatever notation it stands in."""
    return re.split(r'[\s",\[\]\\]+', text)


def _options(program: Program, start: str) -> list[str]:
    words = [str(word) for word in program._command]
    return words[words.index(start) :]


@pytest.fixture
def configuration() -> Configuration:
    return Configuration.from_environ({"PORT": "8000"}, project=PROJECT)


@pytest.mark.parametrize("path", WEB, ids=lambda path: path.name)
def test_the_web_server_runs_as_in_make_run(path: Path, configuration: Configuration) -> None:
    expected = [word for word in _options(web(configuration, {}), "--interface") if word != configuration.host]

    assert " ".join(expected) in " ".join(w for w in _words(path.read_text()) if w not in {"0.0.0.0", "127.0.0.1"})  # noqa: S104  as text


@pytest.mark.parametrize("path", WORKER, ids=lambda path: path.name)
def test_the_worker_runs_as_in_make_run(path: Path, configuration: Configuration) -> None:
    assert " ".join(_options(worker(configuration, {}), "manage.py")) in " ".join(_words(path.read_text()))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_command_exists_and_every_setting_is_explained(path: Path) -> None:
    text = path.read_text()
    named = re.findall(r"^ *([A-Z][A-Z_]+)(?:: |=)", text, re.MULTILINE)
    not_ours = {"SITE", "POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD", "DATABASE_PASSWORD"}

    words = _words(text)
    commands = {after for word, after in pairwise(words) if word == "manage.py" and after != "./"}
    assert commands <= get_commands().keys()
    assert [name for name in named if name not in not_ours and f"`{name}`" not in README] == []


def test_what_the_image_copies_exists() -> None:
    copied = re.findall(r"^COPY (\S+) ", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)

    assert copied
    assert [name for name in copied if not (PROJECT / name).exists()] == []
