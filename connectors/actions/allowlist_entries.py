"""The life of a line of the allowlist: until when, still needed, taken off."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from connectors.incident_mail import tell_revoked
from connectors.models import AllowlistEntry, AllowlistRemark
from portal.errors import DomainError
from portal.formats import datetime_nl
from portal.models import User

_Kind = AllowlistRemark.Kind


class AlreadyRevokedError(DomainError):
    """The address is off the allowlist; `entry` says since when."""

    def __init__(self, entry: AllowlistEntry) -> None:
        message = _("This address was taken off the allowlist on %(date)s already.")
        super().__init__(message % {"date": datetime_nl(entry.revoked_at)})
        self.entry = entry


@transaction.atomic
def revoke_entry(*, entry: AllowlistEntry, reason: str, acting_user: User) -> AllowlistEntry:
    """Take an address off the allowlist: refused at the gateway within a second.

    Raises `AlreadyRevokedError` or `DomainError`.
    """
    current = _lock_live(entry)
    if not reason.strip():
        raise DomainError(_("Fill in why; the administrator reads it."), field="reason")
    revoke(current, reason.strip(), acting_user)
    tell_revoked(current)
    return current


@transaction.atomic
def set_entry_expiry(*, entry: AllowlistEntry, expires_at: datetime | None, acting_user: User) -> AllowlistEntry:
    """Let an entry end at a moment to come, or never. Raises `AlreadyRevokedError` or `DomainError`."""
    current = _lock_live(entry)
    if expires_at is not None and expires_at <= timezone.now():
        raise DomainError(_("Choose a day after today, or leave the end date empty."), field="expires_on")
    if current.expires_at == expires_at:
        return current
    current.expires_at, current.announced_days = expires_at, None
    current.save(update_fields=["expires_at", "announced_days"])
    text = datetime_nl(expires_at) if expires_at else ""
    current.remarks.create(kind=_Kind.EXPIRY, actor=acting_user, text=text)
    return current


@transaction.atomic
def review_entry(*, entry: AllowlistEntry, review_on: date, remark: str, acting_user: User) -> AllowlistEntry:
    """Say that an entry is still needed, and when to look again. Raises `AlreadyRevokedError` or `DomainError`."""
    current = _lock_live(entry)
    if review_on <= timezone.localdate():
        raise DomainError(_("Choose a day after today for the next review."), field="review_on")
    current.reviewed_at, current.review_on = timezone.now(), review_on
    current.save(update_fields=["reviewed_at", "review_on"])
    current.remarks.create(kind=_Kind.REVIEWED, actor=acting_user, text=remark.strip())
    return current


def revoke(entry: AllowlistEntry, reason: str, acting_user: User) -> None:
    """Write that a locked entry is over. For actions only."""
    entry.revoked_at, entry.revoked_by, entry.revoke_reason = timezone.now(), acting_user, reason
    entry.save(update_fields=["revoked_at", "revoked_by", "revoke_reason"])


def _lock_live(entry: AllowlistEntry) -> AllowlistEntry:
    current = AllowlistEntry.objects.select_for_update().get(pk=entry.pk)
    if current.revoked_at:
        raise AlreadyRevokedError(current)
    return current
