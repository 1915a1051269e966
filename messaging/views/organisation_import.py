"""Organisations out of a CSV file, and into one: nothing is saved before the lines have been seen and confirmed."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from connectors.forms.errors import show_refusal
from connectors.views.environment import EnvironmentRequest, environment_page
from messaging.actions.organisation_import import OtherPlan, carry_out_import, lines_of, start_import
from messaging.forms_organisations import ImportForm
from messaging.models import OrganisationImport
from messaging.organisation_csv import MAX_BYTES, CsvLine, write_csv
from messaging.organisation_plan import Outcome, PlannedLine, make_plan
from messaging.queries_organisations import get_import_for, organisations_in_file
from portal.errors import DomainError
from portal.http import redirect_after, render_page
from portal.permissions import MANAGE, READ_MESSAGES

SHOWN = 100  # lines on a page
EXAMPLE = (
    CsvLine(2, "Bakkerij Voorbeeld B.V.", ("001234567B01",), ("01234567",)),
    CsvLine(3, "Fiscale eenheid Voorbeeld", ("002345678B01", "002345678B02")),
)


@require_http_methods(["GET", "POST"])
@environment_page(MANAGE)
def organisation_import(request: EnvironmentRequest) -> HttpResponse:
    """Choose a file; what is in it is shown first."""
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            made = start_import(
                environment=request.environment,
                file_name=file.name,
                content=file.read(MAX_BYTES + 1),
                acting_user=request.user,
            )
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            return _to(request, made)
    status = 422 if form.errors else 200
    return render_page(request, "messaging/organisations/import.html", {"form": form}, status=status)


@require_GET
@environment_page(MANAGE)
def organisation_import_preview(request: EnvironmentRequest, import_pk: int) -> HttpResponse:
    """What each line would do, faults first; or, when it has been done, what it did."""
    made = get_import_for(request.environment, import_pk)
    if made.done_at:
        return render_page(request, "messaging/organisations/import_done.html", {"made": made, "counts": made.result})
    plan = make_plan(request.environment, lines_of(made))
    counts = plan.counts()
    shown = request.GET.get("toon") or (Outcome.ERROR.value if counts[Outcome.ERROR] else "all")
    lines = [line for line in plan.lines if shown in (line.outcome.value, "all")]
    start = _number(request.GET.get("vanaf", ""))
    page = [line for line in lines if line.line >= start][:SHOWN]
    context = {
        "made": made,
        "counts": counts,
        "chips": [(name, label, counts.get(name, len(plan.lines))) for name, label in _chips()],
        "shown": shown,
        "lines": page,
        "next_line": _after(lines, page),
        "is_first": page == lines[:SHOWN],
        "fingerprint": plan.fingerprint,
        "to_do": counts[Outcome.NEW] + counts[Outcome.CHANGED],
    }
    return render_page(request, "messaging/organisations/import_preview.html", context, fragment="lines")


@require_POST
@environment_page(MANAGE)
def organisation_import_carry_out(request: EnvironmentRequest, import_pk: int) -> HttpResponse:
    made = get_import_for(request.environment, import_pk)
    try:
        carry_out_import(made=made, fingerprint=request.POST.get("fingerprint", ""), acting_user=request.user)
    except OtherPlan as changed:
        messages.warning(request, str(changed))
    return _to(request, made)


@require_GET
@environment_page(READ_MESSAGES)
def organisation_export(request: EnvironmentRequest) -> StreamingHttpResponse:
    """All organisations of now as the file that can be imported again."""
    day = timezone.localdate().isoformat()
    return _download(write_csv(organisations_in_file(request.environment)), f"organisaties-{day}.csv")


@require_GET
@environment_page(MANAGE)
def organisation_import_example(request: EnvironmentRequest) -> StreamingHttpResponse:
    return _download(write_csv(EXAMPLE), "organisaties-voorbeeld.csv")


def _download(parts: Iterator[str], name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse((part.encode() for part in parts), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def _chips() -> list[tuple[str, str]]:
    return [
        ("all", _("All lines")),
        (Outcome.ERROR.value, _("With an error")),
        (Outcome.NEW.value, _("New")),
        (Outcome.CHANGED.value, _("Changed")),
        (Outcome.UNCHANGED.value, _("Unchanged")),
    ]


def _after(lines: list[PlannedLine], page: list[PlannedLine]) -> int | None:
    """Return the line with which the next page begins; None on the last one."""
    return next((line.line for line in lines if page and line.line > page[-1].line), None)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _to(request: EnvironmentRequest, made: OrganisationImport) -> HttpResponse:
    return redirect_after(
        request, reverse("messaging:organisation_import_preview", args=[request.environment.code, made.pk])
    )
