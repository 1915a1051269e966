"""What the wizard was told so far, on the server: it survives reload, back and a second tab."""

from __future__ import annotations

import secrets
from typing import Any

from connectors.views.environment import EnvironmentRequest

_DRAFTS = "app_connector_wizard"
_REMEMBERED = 10


def new_run() -> str:
    """Name one walk through the wizard; it stands in the address, so that two tabs do not mix."""
    return secrets.token_hex(8)


def draft_of(request: EnvironmentRequest, run: str) -> dict[str, Any] | None:
    """Return the answers of a run in this environment, or None when it does not exist (any more)."""
    kept: dict[str, Any] = request.session.get(_DRAFTS, {}).get(run, {})
    return kept.get("answers") if kept.get("environment") == request.environment.code else None


def keep_draft(request: EnvironmentRequest, run: str, answers: dict[str, Any]) -> None:
    drafts = {**request.session.get(_DRAFTS, {}), run: {"environment": request.environment.code, "answers": answers}}
    request.session[_DRAFTS] = dict([*drafts.items()][-_REMEMBERED:])


def forget_draft(request: EnvironmentRequest, run: str) -> None:
    drafts = request.session.get(_DRAFTS, {})
    request.session[_DRAFTS] = {key: kept for key, kept in drafts.items() if key != run}
