"""Forms about users and user groups."""

from __future__ import annotations

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.utils.translation import gettext_lazy as _

from connectors.models import Environment, UserGroup
from portal.models import Membership, Role, User

_ROLES = [
    (Role.BEHEERDER, _("Administrator: sets up the environment and may do everything in it")),
    (Role.BEHANDELAAR, _("Assessor: approves and rejects messages")),
    (Role.AUDITOR, _("Auditor: reads everything, changes nothing")),
]


class RoleForm(forms.Form):
    """What a person may do here."""

    role = forms.TypedChoiceField(label=_("Role"), choices=_ROLES, coerce=Role, widget=forms.RadioSelect)


class PersonForm(forms.Form):
    """Somebody who signs in. Name and user name are for who has no account yet; the action knows."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("Somebody who has an account already is recognised by it."),
        widget=forms.EmailInput(attrs={"autocomplete": "off", "size": 40}),
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=150,
        required=False,
        help_text=_("Needed for a new account; of an existing account nothing is changed."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 40}),
    )
    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        required=False,
        validators=[UnicodeUsernameValidator()],
        help_text=_("Needed for a new account; to sign in with, like the e-mail address."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "size": 30}),
    )


class AddPersonForm(PersonForm, RoleForm):
    """A new user who signs in, and what the user may do here."""

    field_order = ("email", "name", "username", "role")


class AddSystemUserForm(forms.Form):
    """A new user that owns tokens and never signs in."""

    name = forms.CharField(
        label=_("Name"),
        max_length=150,
        help_text=_("For example the application and the customer environment that it is for: SnelStart O67890AA."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 40}),
    )
    group = forms.ModelChoiceField(
        queryset=UserGroup.objects.none(),
        label=_("User group"),
        empty_label=_("Choose a group"),
        help_text=_("The group of the app connector that the user's tokens are for."),
    )

    def __init__(self, environment: Environment, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        self.fields["group"].queryset = environment.user_groups.order_by("name")  # type: ignore[attr-defined]  # idem


class GroupForm(forms.Form):
    """The name of a user group."""

    name = forms.CharField(label=_("Name"), max_length=100, widget=forms.TextInput(attrs={"size": 40}))


class _MemberChoice(forms.ModelChoiceField[Membership]):
    def label_from_instance(self, obj: Membership) -> str:
        return f"{obj.user} ({obj.user.username})"


class AddToGroupForm(forms.Form):
    """Which user of the environment goes into a group; who is in it already is not offered."""

    membership = _MemberChoice(
        queryset=Membership.objects.none(),
        label=_("User"),
        empty_label=_("Choose a user"),
        error_messages={
            "invalid_choice": _("This user is in the group already, or is no user of this environment (any more).")
        },
    )

    def __init__(self, group: UserGroup, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        users = Membership.objects.filter(environment=group.environment).select_related("user")
        self.fields["membership"].queryset = users.exclude(  # type: ignore[attr-defined]  # it is a ModelChoiceField
            user__group_members__group=group
        ).order_by("user__name", "pk")

    @property
    def chosen(self) -> User | None:
        """Return the user who is filled in, if it is one who can be put in."""
        key = str(self["membership"].value() or "")
        users = self.fields["membership"].queryset  # type: ignore[attr-defined]  # it is a ModelChoiceField
        member = users.filter(pk=int(key)).first() if key.isascii() and key.isdigit() and len(key) < 19 else None
        return member.user if member else None


class JoinGroupForm(forms.Form):
    """Which group a user goes into; those that the user is in are not offered."""

    group = forms.ModelChoiceField(
        queryset=UserGroup.objects.none(),
        label=_("User group"),
        empty_label=_("Choose a group"),
        error_messages={
            "invalid_choice": _("The user is in this group already, or this environment has no such group (any more).")
        },
    )

    def __init__(self, environment: Environment, membership: Membership, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        self.fields["group"].queryset = (  # type: ignore[attr-defined]  # it is a ModelChoiceField
            environment.user_groups.exclude(members__user=membership.user_id).order_by("name")
        )
