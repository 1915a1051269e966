"""What changed in the set-up since a refusal: who did what and when, out of the audit trail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from connectors.causes import Cause
from connectors.fields import display_network
from connectors.models import AllowlistEntry, AppConnector, ConnectorGrant, GroupMember, IpRule, Token
from messaging.models import LogEntry, MessageType
from portal.admin_base import event_model_of
from portal.formats import NOTHING
from portal.models import User
from portal.network import covers, parse_address, parse_network

MOST = 20  # changes of one kind
# A process of the gateway remembers a moment longer what was, so a call may still be refused after the change.
_MOMENT = dt.timedelta(seconds=5)
# Told by the name of the thing itself, or of no use to a reader.
_UNTOLD = frozenset({"id", "environment_id", "app_connector_id", "created_at", "created_by_id", "pgh_obj_id"})


@dataclass(frozen=True)
class Change:
    """One recorded change. `values` are those of the row after it (before it, when it was deleted)."""

    at: dt.datetime
    by: str
    by_id: int | None
    model: type[models.Model]
    label: str
    name: str
    values: Mapping[str, Any]
    differences: tuple[str, ...] = ()

    @property
    def what(self) -> str:
        """Return in one line what was done to what."""
        changed = _("changed")
        done = {"insert": _("made"), "delete": _("removed")}.get(self.label) or ", ".join(self.differences)
        thing = capfirst(str(self.model._meta.verbose_name))
        return f"{thing} {self.name}: {done or changed}"


def changes_since(entry: LogEntry) -> list[Change]:
    """Return what changed since the refusal was last seen in what it depends on, the newest first."""
    found = [change for model, about in _sources(entry) for change in _changes(model, about, _since(entry))]
    relevant = [change for change in found if _is_about_the_address(change, entry)]
    return sorted(relevant, key=lambda change: change.at, reverse=True)[:MOST]


def mending_change(entry: LogEntry) -> Change | None:
    """Return the first change since that took the cause away, for causes that lie in the set-up."""
    mends = _MENDS.get(entry.cause)
    if mends is None:
        return None
    model, label, values = mends
    about = dict(_sources(entry)).get(model)
    if about is None:
        return None
    event = event_model_of(model)
    assert event is not None  # noqa: S101  # every model in `_sources` is recorded
    rows = event._default_manager.filter(pgh_created_at__gte=_since(entry), **about, **values)
    if label:
        rows = rows.filter(pgh_label=label)
    found = [_change(model, row) for row in rows.order_by("pgh_id")[:MOST]]
    return next((change for change in found if _is_about_the_address(change, entry)), None)


# By cause: in which history the change stands that takes it away, and how that is recognised.
_MENDS: dict[str, tuple[type[models.Model], str, dict[str, Any]]] = {
    Cause.USER_BLOCKED.code: (User, "", {"is_active": True}),
    Cause.CONNECTOR_BLOCKED.code: (AppConnector, "", {"blocked": False}),
    Cause.USER_NOT_IN_GROUP.code: (GroupMember, "insert", {}),
    Cause.CONNECTOR_NOT_GRANTED.code: (ConnectorGrant, "insert", {}),
    Cause.ADDRESS_RESTRICTED.code: (IpRule, "", {}),
    Cause.ADDRESS_NOT_ALLOWLISTED.code: (AllowlistEntry, "", {"revoked_at__isnull": True}),
    Cause.MESSAGE_TYPE_BLOCKED.code: (MessageType, "", {"blocked": False}),
}


def _since(entry: LogEntry) -> dt.datetime:
    return max(entry.at, entry.last_seen_at - _MOMENT)


def _sources(entry: LogEntry) -> Iterator[tuple[type[models.Model], dict[str, Any]]]:
    """Name the models that the decision about this call depends on, and which of their rows."""
    if entry.environment is None:
        return
    yield AllowlistEntry, {"participant_number": entry.environment.participant_number}
    if entry.message_type:
        yield MessageType, {"environment": entry.environment_id, "code": entry.message_type.strip().upper()}
    if entry.app_connector_id:
        yield AppConnector, {"pgh_obj": entry.app_connector_id}
        yield ConnectorGrant, {"app_connector": entry.app_connector_id}
        yield IpRule, {"app_connector": entry.app_connector_id}
    if entry.token is not None:
        yield Token, {"app_connector": entry.app_connector_id, "user": entry.token.user_id}
        yield GroupMember, {"environment": entry.environment_id, "user": entry.token.user_id}
        yield User, {"pgh_obj": entry.token.user_id}


def _changes(model: type[models.Model], about: dict[str, Any], since: dt.datetime) -> Iterator[Change]:
    event = event_model_of(model)
    assert event is not None  # noqa: S101  # every model in `_sources` is recorded
    earlier = event._default_manager.filter(pgh_obj=OuterRef("pgh_obj"), pgh_id__lt=OuterRef("pgh_id"))
    columns = {field.attname: field.attname for field in _columns(event)}
    before = Subquery(earlier.order_by("-pgh_id").values(found=JSONObject(**columns))[:1])
    rows = event._default_manager.filter(pgh_created_at__gte=since, **about)
    rows = rows.annotate(before=before, now=JSONObject(**columns)).order_by("-pgh_id")[:MOST]
    for row in rows:
        yield _change(model, row, tuple(_differences(model, row.before, row.now)) if row.pgh_label == "update" else ())


def _change(model: type[models.Model], row: Any, differences: tuple[str, ...] = ()) -> Change:
    context = row.pgh_context or {}
    return Change(
        at=row.pgh_created_at,
        by=context.get("user_name") or "",
        by_id=context.get("user"),
        model=model,
        label=row.pgh_label,
        name=_name(row),
        values={field.attname: getattr(row, field.attname) for field in _columns(type(row))},
        differences=differences,
    )


def _columns(event: type[models.Model]) -> list[models.Field[Any, Any]]:
    return [field for field in event._meta.concrete_fields if not field.name.startswith("pgh_")]


def _differences(model: type[models.Model], before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> Iterator[str]:
    for name, value in now.items():
        old = (before or {}).get(name)
        if before is not None and value != old and name not in _UNTOLD:
            label = str(model._meta.get_field(name.removesuffix("_id")).verbose_name)  # type: ignore[union-attr]  # a column
            yield f"{label}: {_shown(old)} → {_shown(value)}"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return NOTHING if value in (None, "") else str(value)


def _name(row: Any) -> str:
    """Return what a person calls the thing, as it was recorded."""
    for attribute in ("description", "connector", "network", "device", "code", "username"):
        if value := getattr(row, attribute, ""):
            return display_network(value) if attribute == "network" else str(value)
    return str(row.user.username) if getattr(row, "user_id", None) else ""


def _is_about_the_address(change: Change, entry: LogEntry) -> bool:
    """Leave out what was done about other addresses: an allowlist is shared by every sender of an office."""
    if change.model is not AllowlistEntry:
        return True
    network = parse_network(str(change.values["network"]))
    return bool(entry.address) and covers(network, parse_address(entry.address or ""))
