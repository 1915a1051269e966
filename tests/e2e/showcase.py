"""One page with every piece of the frame on it, for the browser tests: address, form and view."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.i18n import set_language

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
    request.environment = Environment(code=code, name="Kantoor De Vries")  # type: ignore[attr-defined]  # as the views do
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


messaging = [
    path("<str:code>/showcase/", showcase, name="message_list"),
    path("<str:code>/showcase/row/", row, name="row"),
]
urlpatterns = [
    path("", include((messaging, "messaging"))),
    path("account/", include("allauth.urls")),
    path("i18n/setlang/", login_not_required(set_language), name="set_language"),
]
