"""The public page behind a claim link. Opening it shows from whom and for what; only the button claims the token.

Scanners of mail open links without being asked: a GET changes nothing here. The code stands behind the # of the link,
which browsers keep to themselves; it arrives in the body of a POST, and so in no log of an address.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from connectors import tokens
from connectors.actions.claims import ClaimRefusal, ClaimRefused, Visitor, claim_token
from connectors.forms.handover import ClaimForm
from connectors.models import TokenClaim
from connectors.queries import get_claim_by_reference
from connectors.throttling import SlowDown, note_failure
from connectors.views.secrets import as_file, how_to_send
from portal.addresses import client_address_of
from portal.http import render_page

_PAGE = "connectors/claims/claim.html"
# How long after claiming the page can still be asked for the same token as a file.
_DOWNLOAD_WITHIN = timedelta(minutes=30)


@login_not_required
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest, reference: str) -> HttpResponse:
    """Say what waits; with the code, in a POST, show it once."""
    found = get_claim_by_reference(reference)
    form = ClaimForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, found, form, status=422 if form.errors else 200)
    visitor = Visitor(str(client_address_of(request)), request.headers.get("User-Agent", ""))
    try:
        secret = claim_token(claim=found, code=form.cleaned_data["code"], visitor=visitor)
    except ClaimRefused as refused:
        return _refused(request, refused, form)
    context = {"claim": found, "token": found.token, "secret": secret, **how_to_send(found.token.environment)}
    return _private(render_page(request, "connectors/claims/shown.html", context))


@login_not_required
@sensitive_post_parameters("token")
@require_POST
def claim_download(request: HttpRequest, reference: str) -> HttpResponse:
    """Answer the token on the page as `token.xml`, shortly after it was claimed.

    The page sends the text along, so that it need not be kept here. Nothing else than this token comes back.
    """
    found = get_claim_by_reference(reference)
    try:
        data = tokens.read_text(request.POST.get("token", ""))
    except tokens.TokenError:
        return _page(request, found, ClaimForm(), status=410)
    fresh = found.claimed_at is not None and found.claimed_at > timezone.now() - _DOWNLOAD_WITHIN
    if not fresh or tokens.digest(data) != bytes(found.token.digest):
        return _page(request, found, ClaimForm(), status=410)
    return _private(as_file(data))


def _refused(request: HttpRequest, refused: ClaimRefused, form: ClaimForm) -> HttpResponse:
    if refused.refusal is not ClaimRefusal.WRONG_CODE:
        return _page(request, refused.claim, form, status=410, claimed=refused.refusal is ClaimRefusal.CLAIMED)
    try:
        note_failure(client_address_of(request))
    except SlowDown as slow:
        text = _("Too many wrong codes came from your address. Try again in %(seconds)d seconds.")
        form.add_error(None, text % {"seconds": slow.retry_after})
        answer = _page(request, refused.claim, form, status=429)
        answer["Retry-After"] = str(slow.retry_after)
        return answer
    form.add_error("code", _("This is not the code of this link. Open the link from the message again, or paste it."))
    return _page(request, refused.claim, form, status=422)


def _page(
    request: HttpRequest, found: TokenClaim, form: ClaimForm, *, status: int, claimed: bool = False
) -> HttpResponse:
    """Draw the page. That the token has been claimed is told to nobody but who has the code."""
    revoked = found.revoked_at or found.token.deleted_at
    state = "claimed" if claimed else "revoked" if revoked else "expired" if found.is_expired else "open"
    context: dict[str, Any] = {"claim": found, "token": found.token, "form": form, "state": state}
    return _private(render_page(request, _PAGE, context, status=status))


def _private(response: HttpResponse) -> HttpResponse:
    """Have nobody keep the page or find it, and let no other site see its address."""
    add_never_cache_headers(response)
    response["Cache-Control"] = "no-store"
    # Not `no-referrer`: browsers then send `Origin: null`, which the check against forged forms refuses.
    response["Referrer-Policy"] = "strict-origin"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response
