"""Users of an environment: adding, role, blocking and leaving (DOMAIN 1b, *Gebruiker toevoegen en autoriseren*)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.utils.translation import gettext as _

from connectors.models import Environment, Token
from portal.errors import DomainError
from portal.models import Membership, Role, User
from portal.passwords import first_acceptable

PERSON_ROLES = (Role.BEHEERDER, Role.BEHANDELAAR, Role.AUDITOR)

# Without characters that are mistaken for each other when somebody reads a password out: 0/o, 1/l/i.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class AddedPerson:
    """A new member; `password` is empty when the person had an account already. It is shown once and kept nowhere."""

    membership: Membership
    password: str = field(default="", repr=False)


class LiveTokensError(DomainError):
    """The user cannot leave: tokens of theirs still let an application in."""

    def __init__(self, tokens: list[Token]) -> None:
        super().__init__(_("This user still has tokens in use. Delete those first; after that the user can go."))
        self.tokens = tokens


@transaction.atomic
def add_person(
    *, environment: Environment, email: str, name: str, username: str, role: Role, acting_user: User
) -> AddedPerson:
    """Make a person a member: the one who has this e-mail address, or else a new account with a first password.

    Of an existing account nothing is changed and nothing is told. Raises `DomainError`.
    """
    _check_person_role(role)
    _one_at_a_time_for(email)
    known = User.objects.filter(kind=User.Kind.PERSON, email__iexact=email).first()
    if known:
        return AddedPerson(_join(environment, known, role))
    user, password = _create_person(email=email, name=name, username=username)
    return AddedPerson(_join(environment, user, role), password)


@transaction.atomic
def change_role(*, membership: Membership, role: Role, acting_user: User) -> Membership:
    """Give a person another role. Raises `DomainError`: a system user has none, and one administrator stays."""
    current = _lock(membership)
    if current.role == Role.SYSTEM:
        raise DomainError(_("A system user has no role: it can only own tokens."), field="role")
    _check_person_role(role)
    if role != Role.BEHEERDER:
        _keep_an_administrator(current, acting_user, field="role")
    current.role = role
    current.save(update_fields=["role"])
    return current


@transaction.atomic
def block_user(*, membership: Membership, acting_user: User) -> Membership:
    """Shut an account out: no sign-in, and its tokens are refused. Raises `DomainError`."""
    current = _lock(membership)
    if current.user == acting_user:
        raise DomainError(_("You cannot block yourself. Ask another administrator."))
    _check_account_is_ours(current)
    _set_active(current, active=False)
    return current


@transaction.atomic
def unblock_user(*, membership: Membership, acting_user: User) -> Membership:
    """Let an account in again. Raises `DomainError`."""
    current = _lock(membership)
    _check_account_is_ours(current)
    _set_active(current, active=True)
    return current


@transaction.atomic
def remove_from_environment(*, membership: Membership, acting_user: User) -> None:
    """End a membership; the user leaves the environment's groups by a cascade of the database.

    Raises `LiveTokensError`, or another `DomainError` for the last administrator.
    """
    current = _lock(membership)
    if tokens := live_tokens_of(current):
        raise LiveTokensError(tokens)
    _keep_an_administrator(current, acting_user)
    current.delete()


def live_tokens_of(membership: Membership) -> list[Token]:
    """Return the tokens of this member, in this environment, that have not been deleted."""
    tokens = Token.objects.filter(
        environment_id=membership.environment_id, user_id=membership.user_id, deleted_at__isnull=True
    )
    return list(tokens.select_related("app_connector").order_by("-id"))


def lock_environment(environment: Environment) -> None:
    """Let changes that weigh several rows of an environment against each other happen one after another.

    Without the key, so that messages of the environment are still taken meanwhile.
    """
    Environment.objects.select_for_update(no_key=True).get(pk=environment.pk)


def _lock(membership: Membership) -> Membership:
    """Return the membership as it is now, held until the end of the transaction. Raises `DomainError` when it ended."""
    lock_environment(membership.environment)
    current = Membership.objects.select_related("user", "environment").filter(pk=membership.pk).first()
    if current is None:
        raise DomainError(_("Somebody else has removed this user from the environment in the meantime."))
    return current


def _one_at_a_time_for(email: str) -> None:
    """Make a second transaction that adds the same address wait for ours, instead of running into the constraint."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"portal.user.email:{email.lower()}"])


def _check_person_role(role: str) -> None:
    if role not in PERSON_ROLES:
        raise DomainError(_("Choose what this person may do: administrator, assessor or auditor."), field="role")


def _create_person(*, email: str, name: str, username: str) -> tuple[User, str]:
    for value, name_of_field, message in (
        (name, "name", _("Nobody has an account with this e-mail address yet: fill in the name of the person.")),
        (username, "username", _("Nobody has an account with this e-mail address yet: fill in a user name.")),
    ):
        if not value:
            raise DomainError(message, field=name_of_field)
    if User.objects.filter(username__iexact=username).exists():
        raise DomainError(_("Somebody else has this user name. Choose another."), field="username")
    user = User(email=email, name=name, username=username)
    password = first_acceptable(iter(_generate_password, None), user)
    user.set_password(password)
    user.save()
    return user, password


def _generate_password() -> str:
    """Make a first password: 16 characters, 79 random bits, in groups that can be read out."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _n in range(4)) for _group in range(4))


def _join(environment: Environment, user: User, role: str) -> Membership:
    membership, created = Membership.objects.get_or_create(user=user, environment=environment, defaults={"role": role})
    if not created:
        raise DomainError(_("This person is a user of this environment already."), field="email")
    return membership


def _keep_an_administrator(membership: Membership, acting_user: User, *, field: str = "") -> None:
    """Refuse to take away the last administrator who can sign in: nobody could ever add another."""
    if membership.role != Role.BEHEERDER or not membership.user.is_active:
        return
    others = Membership.objects.filter(
        environment_id=membership.environment_id, role=Role.BEHEERDER, user__is_active=True
    ).exclude(pk=membership.pk)
    if not others.exists():
        message = (
            _("You are the only administrator of this environment. Make somebody else administrator first.")
            if membership.user == acting_user
            else _("This is the only administrator of this environment. Make somebody else administrator first.")
        )
        raise DomainError(message, field=field)


def _check_account_is_ours(membership: Membership) -> None:
    """Refuse to switch an account on or off that others rely on too: it is the account that is blocked, everywhere."""
    user = membership.user
    if user.is_staff or user.is_superuser or user.is_support:
        raise DomainError(_("This account also works for the portal itself. You can remove it from this environment."))
    if user.memberships.exclude(environment_id=membership.environment_id).exists():
        raise DomainError(
            _(
                "This account is used in other environments too, and blocking would shut it out there as well. "
                "You can remove it from this environment."
            )
        )


def _set_active(membership: Membership, *, active: bool) -> None:
    membership.user.is_active = active
    membership.user.save(update_fields=["is_active"])
