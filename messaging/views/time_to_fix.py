"""The time to fix: how long senders are kept out, for support staff."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from connectors.views.environment import support_page
from messaging.time_to_fix import as_text, by_cause, by_week, first_day
from portal.http import HtmxHttpRequest, render_page


@require_GET
@support_page
def time_to_fix(request: HtmxHttpRequest) -> HttpResponse:
    weeks = by_week()
    context = {"weeks": weeks, "causes": by_cause(), "since": first_day(), "chart_text": as_text(weeks)}
    return render_page(request, "messaging/log/time_to_fix.html", context)
