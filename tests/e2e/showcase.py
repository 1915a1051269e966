"""One page with every piece of the frame on it, for the browser tests: address, form and view."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from connectors.models import Environment
from portal.http import render_page
from portal.models import Membership, Role

STATUSES = (10, 20, 30, 40, 50, 60, 70, 80, 90)


class ExampleForm(forms.Form):
    name = forms.CharField(label="Name", help_text="As in the list.")
    automatic = forms.BooleanField(label="Make a token", required=False)
    group = forms.ChoiceField(label="Group", widget=forms.RadioSelect, choices=[("new", "New"), ("old", "Existing")])
    workflow = forms.ChoiceField(label="Workflow", choices=[("", "Choose"), ("1", "Standard")])
    note = forms.CharField(label="Note", widget=forms.Textarea, required=False)


def _in_environment(request: HttpRequest, code: str) -> None:
    environment, _made = Environment.objects.get_or_create(code=code, defaults={"name": "Kantoor De Vries"})
    request.environment = environment  # type: ignore[attr-defined]  # as the views do
    request.membership = Membership(role=Role.BEHEERDER)  # type: ignore[attr-defined]  # as the views do


def showcase(request: HttpRequest, code: str) -> HttpResponse:
    _in_environment(request, code)
    form = ExampleForm(request.POST or None)
    status = 422 if form.is_bound and not form.is_valid() else 200
    moment = dt.datetime(2026, 11, 22, 14, 3, tzinfo=dt.UTC)
    context = {"form": form, "statuses": STATUSES, "moment": moment, "token": "<token>58A1</token>"}
    return render_page(request, "showcase.html", context, status=status)


def row(request: HttpRequest, code: str) -> HttpResponse:
    _in_environment(request, code)
    messages.success(request, "Saved")
    return render_page(request, "showcase.html", {"changed": True}, fragment="row")


urlpatterns = [
    path("<str:code>/showcase/", showcase, name="showcase"),
    path("<str:code>/showcase/row/", row, name="showcase_row"),
    path("", include("portal.urls")),
]
