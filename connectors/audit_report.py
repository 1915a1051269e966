"""The auditor's report on an app connector as Markdown, to be pasted into a file or a ticket. Pure."""

from __future__ import annotations

import re
from datetime import datetime

from django.utils.translation import gettext as _

from connectors.audit_terms import Verdict
from portal.formats import datetime_nl

# What Markdown would take for markup, in text that people chose.
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~])")


def report_of(verdict: Verdict, *, environment: str, description: str, now: datetime) -> str:
    """Write the report; names are text in it, never markup or a line of their own."""
    lines = [
        "# " + _("Audit of app connector %(name)s") % {"name": _plain(description)},
        "",
        *(f"- {name}: {value}" for name, value in _head(verdict, environment, now)),
        "",
    ]
    if not verdict.findings:
        return "\n".join([*lines, _("Nothing to improve."), ""])
    lines += [_row(_("Severity"), _("Finding"), _("Reason"), _("What to do")), _row(*["---"] * 4)]
    for finding in verdict.findings:
        remedy = str(finding.remedy.value) if finding.remedy else "-"
        lines.append(_row(*map(_plain, (finding.severity.label, finding.title, finding.reason, remedy))))
    return "\n".join([*lines, ""])


def _head(verdict: Verdict, environment: str, now: datetime) -> list[tuple[str, str]]:
    score = f"{verdict.score}/100"
    return [(_("Environment"), _plain(environment)), (_("Date"), datetime_nl(now)), (_("Score"), score)]


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _plain(text: str) -> str:
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
