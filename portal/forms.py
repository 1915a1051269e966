"""Forms of the portal itself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.models import NoticeKind, User
from portal.notices import muted_kinds


class NoticesForm(forms.Form):
    """Which e-mail a person wants, and in which language."""

    kinds = forms.MultipleChoiceField(
        label=_("Send me an e-mail when"),
        choices=NoticeKind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    language = forms.ChoiceField(label=_("Language of e-mail"), choices=settings.LANGUAGES, widget=forms.RadioSelect)

    def __init__(self, data: Any = None, *, user: User) -> None:
        muted = muted_kinds(user)
        wanted = [kind for kind in NoticeKind.values if kind not in muted]
        super().__init__(data, initial={"kinds": wanted, "language": user.language})

    @property
    def wanted(self) -> list[str]:
        """Return the kinds that were ticked."""
        return list(self.cleaned_data["kinds"])
