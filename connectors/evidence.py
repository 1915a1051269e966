"""What the gateway saw of an address before somebody decides about it, in figures and in words. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.formats import datetime_nl, number


@dataclass(frozen=True)
class Evidence:
    """Refused calls of the past weeks from an address or range, for one environment.

    `refused` were stopped by the allowlist alone, with a token that was good until then; `others` by something else,
    with a token of the environment (`token_valid`: whether any of those was good); `strangers` showed a token that
    nobody knows, so they may have been meant for anybody.
    """

    refused: int = 0
    others: int = 0
    strangers: int = 0
    token_valid: bool = False
    first: datetime | None = None
    last: datetime | None = None

    @property
    def calls(self) -> int:
        return self.refused or self.others or self.strangers

    @property
    def words(self) -> str:
        """Say it in one line: `14 refused since 09:12, token valid`."""
        facts = {"count": number(self.calls), "first": _short(self.first)}
        if self.refused:
            return _("%(count)s refused since %(first)s, token valid") % facts
        if self.others and self.token_valid:
            return _("%(count)s refused since %(first)s for another reason, token valid") % facts
        if self.others:
            return _("%(count)s refused since %(first)s, token not valid") % facts
        if self.strangers:
            text = ngettext(
                "%(count)s call with an unknown token since %(first)s",
                "%(count)s calls with an unknown token since %(first)s",
                self.strangers,
            )
            return text % facts
        return _("no call seen yet")

    def as_json(self) -> dict[str, Any]:
        return {
            **vars(self),
            "first": self.first.isoformat() if self.first else None,
            "last": self.last.isoformat() if self.last else None,
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Evidence | None:
        """Read what was kept with an incident; None for one from before anything was kept."""
        if not kept:
            return None
        moments = {name: datetime.fromisoformat(kept[name]) if kept[name] else None for name in ("first", "last")}
        return cls(**{**kept, **moments})


def _short(moment: datetime | None) -> str:
    """Write a moment of today as a time, an earlier one with its day."""
    text = datetime_nl(moment)
    today = moment is not None and timezone.localtime(moment).date() == timezone.localdate()
    return text.split(" ")[-1] if today else text
