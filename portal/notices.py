"""E-mail to people: what happened that concerns them, with a link into the portal, where the rest is read.

Mail is read by more eyes than the portal: no amounts, tokens or content in it, ever.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, TypeAlias

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import override
from procrastinate.types import JSONDict

from portal.models import MutedNotice, NoticeKind, Role, User
from portal.tasks import send_notice

if TYPE_CHECKING:
    from connectors.models import Environment

__all__ = ["NoticeKind", "choose_notices", "members_with_roles", "muted_kinds", "notify", "support_staff"]

# Translated when it is written, for each reader: a lazy text, or a function where values are put into it.
Text: TypeAlias = str | Promise | Callable[[], str]

_silenced: ContextVar[bool] = ContextVar("silenced", default=False)
# Nothing that looks like the secret of a token leaves by mail, whatever text somebody typed it into.
_SECRET = re.compile(r"[0-9A-Fa-f]{64}")


def members_with_roles(environment: Environment, roles: Iterable[Role]) -> QuerySet[User]:
    """Return the people who have one of the roles in an environment, not blocked and with an e-mail address."""
    return _reachable().filter(memberships__environment=environment, memberships__role__in=[*roles])


def support_staff() -> QuerySet[User]:
    """Return the support staff, not blocked and with an e-mail address."""
    return _reachable().filter(is_support=True)


def notify(
    *,
    kind: NoticeKind,
    recipients: Iterable[User],
    subject: Text,
    lines: Sequence[Text],
    url: str = "",
    environment: Environment | None = None,
) -> int:
    """Send each person one mail, in their language, after commit; return how many people get it.

    Who switched the kind off, is blocked or has no address is left out; who is named twice gets it once. `url` is a
    path of the portal; the environment's code stands before the subject.
    """
    people = {user.pk: user for user in recipients if user.kind == User.Kind.PERSON and user.is_active and user.email}
    muted = set(MutedNotice.objects.filter(user__in=people, kind=kind).values_list("user", flat=True))
    jobs: list[JSONDict] = [
        {"user_id": user.pk, "kind": str(kind), **_write(user.language, subject, lines, url, environment)}
        for user in people.values()
        if user.pk not in muted
    ]
    if jobs and not _silenced.get():
        # Stored in the transaction at hand: no worker sees a job of something that is undone.
        send_notice.batch_defer(*jobs)
    return len(jobs)


@contextmanager
def silenced() -> Iterator[None]:
    """Send nothing meanwhile: for what is made up, such as a demo."""
    before = _silenced.set(True)
    try:
        yield
    finally:
        _silenced.reset(before)


def muted_kinds(user: User) -> set[str]:
    """Return the kinds of mail that a person does not want."""
    return set(user.muted_notices.values_list("kind", flat=True))


@transaction.atomic
def choose_notices(*, wanted: Iterable[str], language: str, acting_user: User) -> None:
    """Send a person only these kinds of mail from now on, in this language."""
    unwanted = {*NoticeKind.values} - {*wanted}
    acting_user.muted_notices.exclude(kind__in=unwanted).delete()
    muted = [MutedNotice(user=acting_user, kind=kind) for kind in sorted(unwanted - muted_kinds(acting_user))]
    MutedNotice.objects.bulk_create(muted, ignore_conflicts=True)
    if acting_user.language != language:
        acting_user.language = language
        acting_user.save(update_fields=["language"])


def _reachable() -> QuerySet[User]:
    return User.objects.filter(kind=User.Kind.PERSON, is_active=True).exclude(email="").order_by("pk")


def _write(
    language: str, subject: Text, lines: Sequence[Text], url: str, environment: Environment | None
) -> dict[str, str]:
    with override(language):
        page = settings.PORTAL_URL + reverse("notices")
        about = f"{environment.code}: " if environment else ""
        parts = [
            *(_plain(line) for line in lines),
            *([settings.PORTAL_URL + url] if url else []),
            "-- \nBerichtenpoort\n"
            + _("To get less e-mail, choose what you want to hear about: %(page)s") % {"page": page},
        ]
        # A subject is one line.
        return {"subject": " ".join((about + _plain(subject)).split()), "body": "\n\n".join(parts) + "\n", "page": page}


def _plain(text: Text) -> str:
    return _SECRET.sub("…", str(text() if callable(text) else text))
