"""Opening an environment for an office, with its first administrator: for support staff and superusers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from connectors.forms.errors import show_refusal
from connectors.forms.users import PersonForm
from connectors.models.environments import environment_code_validator
from messaging.actions.environments import open_environment
from portal.errors import DomainError
from portal.http import HtmxHttpRequest, render_page


class EnvironmentForm(PersonForm):
    """The code and name of an office's environment, and who sets it up."""

    code = forms.CharField(
        label=_("Environment code"),
        max_length=8,
        help_text=_("O for production, T for test or A for accept, the participant number, two letters."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 12, "class": "mono"}),
    )
    office = forms.CharField(label=_("Name of the office"), max_length=100, widget=forms.TextInput(attrs={"size": 40}))
    email = forms.EmailField(
        label=_("E-mail address of the first administrator"),
        help_text=_("Somebody who has an account already is recognised by it."),
        widget=forms.EmailInput(attrs={"autocomplete": "off", "size": 40}),
    )
    field_order = ("code", "office", "email", "name", "username")

    def clean_code(self) -> str:
        code = "".join(str(self.cleaned_data["code"]).split()).upper()
        environment_code_validator(code)
        return code


@require_http_methods(["GET", "POST"])
@never_cache
def environment_add(request: HtmxHttpRequest) -> HttpResponse:
    """Open an environment; the first password of a new account is in the answer to this POST only."""
    if not (request.user.is_support or request.user.is_superuser):
        raise Http404
    form = EnvironmentForm(request.POST or None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        try:
            made, added = open_environment(acting_user=request.user, **form.cleaned_data)
        except DomainError as error:
            show_refusal(form, error)
        else:
            context |= {"made": made, "member": added.membership, "password": added.password}
            return render_page(request, "portal/environment_made.html", context)
    return render_page(request, "portal/environment_add.html", context, status=422 if form.errors else 200)
