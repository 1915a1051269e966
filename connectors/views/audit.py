"""Tab *Controle*: the auditor's findings about an app connector, each with the page that mends it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from connectors.audit_facts import facts_of
from connectors.audit_report import report_of
from connectors.audit_terms import Finding, Remedy, Severity
from connectors.auditor import audit
from connectors.models import AppConnector
from connectors.queries import get_app_connector_for
from connectors.views.app_connectors import properties
from connectors.views.environment import EnvironmentRequest, environment_page
from portal.http import render_page
from portal.models import Membership
from portal.permissions import READ_SETUP


@require_GET
@environment_page(READ_SETUP)
def app_connector_audit(request: EnvironmentRequest, pk: int) -> HttpResponse:
    app_connector, now = get_app_connector_for(request.environment, pk), timezone.now()
    verdict = audit(facts_of([app_connector], now=now)[pk], now=now)
    links = _Links(app_connector, verdict.findings)
    context = {
        **properties(request, app_connector, "audit"),
        "verdict": verdict,
        "findings": [(finding, links.of(finding)) for finding in verdict.findings],
        "open_findings": sum(finding.severity is not Severity.INFO for finding in verdict.findings),
        "severities": [*Severity],
        "now": now,
        "report": report_of(
            verdict, environment=str(request.environment), description=app_connector.description, now=now
        ),
    }
    return render_page(request, "connectors/app_connectors/audit.html", context)


class _Links:
    """Where each remedy is carried out. The members behind users are looked up once, for all findings."""

    def __init__(self, app_connector: AppConnector, findings: tuple[Finding, ...]) -> None:
        self._code, self._pk = app_connector.environment.code, app_connector.pk
        users = [finding.about for finding in findings if finding.remedy is Remedy.OPEN_USER]
        members = Membership.objects.filter(environment=app_connector.environment_id, user__in=users)
        self._members = dict(members.values_list("user", "pk")) if users else {}
        self._pages: dict[Remedy, Callable[[int | None], str]] = {
            Remedy.NEW_TOKEN: self._page("token_add"),
            Remedy.SECOND_ENVIRONMENT: self._page("second_environment"),
            Remedy.RESTRICT_ADDRESSES: self._page("ip_rule_list"),
            Remedy.ADD_CONNECTOR: self._page("grant_add"),
            Remedy.UNBLOCK: self._page("app_connector_detail"),
            Remedy.REPLACE_TOKEN: self._token("token_replace"),
            Remedy.DELETE_TOKEN: self._token("token_delete"),
            Remedy.FOLLOW_REPLACEMENT: self._token("token_replacement"),
            Remedy.LOOK_AT_CLAIM: self._token("token_handover"),
            Remedy.OPEN_GROUP: lambda group: reverse("connectors:group_detail", args=[self._code, group]),
            Remedy.OPEN_USER: self._user,
        }

    def of(self, finding: Finding) -> str:
        """Return the page of the finding's remedy; empty when there is nothing to do."""
        return self._pages[finding.remedy](finding.about) if finding.remedy else ""

    def _page(self, name: str) -> Callable[[int | None], str]:
        return lambda _about: reverse(f"connectors:{name}", args=[self._code, self._pk])

    def _token(self, name: str) -> Callable[[int | None], str]:
        return lambda token: reverse(f"connectors:{name}", args=[self._code, self._pk, token])

    def _user(self, user: int | None) -> str:
        """Address the member; who has left the environment is not there any more."""
        if user not in self._members:
            return reverse("connectors:user_list", args=[self._code])
        return reverse("connectors:user_detail", args=[self._code, self._members[user]])
