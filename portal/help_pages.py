"""The pages of the help: roof, for the causes are those of who may call. They open beside any environment."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from connectors.causes import Cause
from connectors.queries import get_membership_for
from portal import help as help_pages
from portal.help.causes import WORDS
from portal.help.daily import DAILY_WORK
from portal.help.delivery import DELIVERY
from portal.help.subjects import Subject
from portal.help.texts import SETTING_UP
from portal.http import HtmxHttpRequest, render_page

SUBJECTS: dict[str, Subject] = {subject.slug: subject for subject in (*SETTING_UP, *DAILY_WORK, DELIVERY)}


@require_GET
def help_index(request: HtmxHttpRequest) -> HttpResponse:
    """List the subjects."""
    stay_in_environment(request)
    subjects = [
        {"title": subject.title, "lead": subject.lead, "url": _beside(request, help_pages.help_url(slug))}
        for slug, subject in SUBJECTS.items()
    ]
    causes = {
        "title": _("Causes of refusals"),
        "lead": _("Every reason for which a call is refused, how it comes about, and what takes it away."),
        "url": _beside(request, help_pages.help_url(help_pages.CAUSES)),
    }
    return render_page(request, "portal/help/index.html", {"subjects": [*subjects, causes]})


@require_GET
def help_subject(request: HtmxHttpRequest, subject: str) -> HttpResponse:
    """Show one subject, or the list of causes."""
    stay_in_environment(request)
    context = {"index": _beside(request, help_pages.help_url())}
    if subject == help_pages.CAUSES:
        causes = [{"code": cause.code, "explanation": cause.value, "words": WORDS[cause.code]} for cause in Cause]
        return render_page(request, "portal/help/causes.html", {"causes": causes, **context})
    if subject not in SUBJECTS:
        raise Http404
    return render_page(request, "portal/help/subject.html", {"subject": SUBJECTS[subject], **context})


def stay_in_environment(request: HtmxHttpRequest) -> None:
    """Keep the menu of the environment that the person came from (`?omgeving=`), if it is theirs. Else none."""
    code = request.GET.get("omgeving", "")
    if not code:
        return
    membership = get_membership_for(request.user, code)
    request.membership, request.environment = membership, membership.environment


def _beside(request: HtmxHttpRequest, url: str) -> str:
    code = request.GET.get("omgeving", "")
    return f"{url}?omgeving={code}" if code else url
