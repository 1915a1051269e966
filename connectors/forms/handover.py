"""Forms about handing a token over: shown here, or with a claim link."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from connectors.actions.claims import DEFAULT_DAYS, MOST_DAYS

SHOW, LINK = "show", "link"


class _Handover(forms.ChoiceField):
    def clean(self, value: Any) -> Any:
        return super().clean(value or SHOW)


class _Days(forms.IntegerField):
    def clean(self, value: Any) -> Any:
        return super().clean(value or DEFAULT_DAYS)


class HandoverFields(forms.Form):
    """How the token of a form gets to the customer's side. Left out: it is shown."""

    handover = _Handover(
        label=_("How do you hand the token over?"),
        choices=[
            (SHOW, _("Show it here, once: I record it in the customer environment myself")),
            (LINK, _("Hand it over with a link: somebody else opens it, once")),
        ],
        initial=SHOW,
        widget=forms.RadioSelect,
    )
    link_days = _Days(
        label=_("Days that the link is valid"),
        min_value=1,
        max_value=MOST_DAYS,
        initial=DEFAULT_DAYS,
        help_text=_("Only for a link. The token waits encrypted until then; you can revoke the link at any time."),
    )

    @property
    def with_link(self) -> bool:
        return bool(self.cleaned_data["handover"] == LINK)


class CodeInput(forms.TextInput):
    """A text box that never sends back what was typed in it."""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        return super().get_context(name, None, attrs)


class ClaimForm(forms.Form):
    """What opens a claim link: the code behind its #. A script takes it from there; anybody can paste it."""

    code = forms.CharField(
        label=_("Code"),
        max_length=500,
        help_text=_("The 26 letters and digits behind the # at the end of the link, or the code that you got apart."),
        widget=CodeInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "size": 36,
                "class": "mono",
                "data-code-from-link": True,
            }
        ),
        error_messages={"required": _("Open the link from the message again, or paste the code.")},
    )
