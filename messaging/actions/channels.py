"""Delivery channels: by which way the messages of a type leave. A type without one is sent by hand."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connectors.actions.users import lock_environment
from connectors.models import Environment
from messaging.delivery.addresses import UrlError, read_url
from messaging.delivery.folder import FolderError, parts_of
from messaging.delivery.secrets import new_secret, seal
from messaging.models import DeliveryChannel, DeliveryRoute, MessageType
from messaging.wakeup import wake_delivery
from portal.errors import DomainError
from portal.models import User

_URL_FAULTS: dict[str, Promise] = {
    "scheme": gettext_lazy("The address of a webhook begins with https://."),
    "userinfo": gettext_lazy("Leave the name and password out of the address: calls are signed with the secret."),
    "fragment": gettext_lazy("Leave out the part from # on: it is never sent."),
    "unreadable": gettext_lazy("Enter a whole address, such as https://ontvanger.example/berichten."),
}


@transaction.atomic
def create_channel(
    *,
    environment: Environment,
    name: str,
    kind: DeliveryChannel.Kind,
    folder: str = "",
    url: str = "",
    message_types: Sequence[MessageType] = (),
    acting_user: User,
) -> tuple[DeliveryChannel, str]:
    """Make a channel, and return it with its secret (a folder has none), which is in plain nowhere else.

    Raises `DomainError` on "name", "folder", "url" or "message_types".
    """
    lock_environment(environment)
    channel = DeliveryChannel(environment=environment, kind=kind)
    secret = _sealed(channel) if kind == DeliveryChannel.Kind.WEBHOOK else ""
    _fill(channel, name, folder, url)
    channel.save(force_insert=True)
    _route(channel, message_types)
    return channel, secret


@transaction.atomic
def update_channel(
    *,
    channel: DeliveryChannel,
    name: str,
    blocked: bool,
    folder: str = "",
    url: str = "",
    message_types: Sequence[MessageType] = (),
    acting_user: User,
) -> None:
    """Change a channel; what kind it is stays. It need not rest any longer: perhaps this mends it. Raises as above."""
    lock_environment(channel.environment)
    channel = DeliveryChannel.objects.select_related("environment").select_for_update(of=("self",)).get(pk=channel.pk)
    _fill(channel, name, folder, url)
    channel.blocked, channel.rests_until = blocked, None
    channel.save(update_fields=["name", "folder", "url", "blocked", "rests_until"])
    _route(channel, message_types)
    wake_delivery()


@transaction.atomic
def replace_secret(*, channel: DeliveryChannel, acting_user: User) -> str:
    """Give a webhook another secret and return it. From now on calls are signed with it, and the old one is void."""
    if channel.kind != DeliveryChannel.Kind.WEBHOOK:
        raise DomainError(_("Only a webhook has a secret."))
    secret = _sealed(channel)
    channel.save(update_fields=["sealed_secret", "secret_changed_at"])
    return secret


@transaction.atomic
def delete_channel(*, channel: DeliveryChannel, acting_user: User) -> None:
    """Take a channel away; its message types are sent by hand from then on, also what waits."""
    channel.delete()


def _sealed(channel: DeliveryChannel) -> str:
    secret = new_secret()
    channel.sealed_secret = seal(secret, key=settings.SECRET_KEY)
    channel.secret_changed_at = timezone.now()
    return secret


def _fill(channel: DeliveryChannel, name: str, folder: str, url: str) -> None:
    others = DeliveryChannel.objects.filter(environment=channel.environment_id).exclude(pk=channel.pk)
    channel.name = name.strip()
    if not channel.name:
        raise DomainError(_("Enter a name, such as Belastingdienst."), field="name")
    if others.filter(name=channel.name).exists():
        raise DomainError(_("There is a channel with this name already. Choose another name."), field="name")
    if channel.kind == DeliveryChannel.Kind.FOLDER:
        channel.folder = _checked_folder(folder, [*others.exclude(folder="").values_list("folder", flat=True)])
    else:
        channel.url = _checked_url(url)


def _checked_folder(text: str, taken: list[str]) -> str:
    folder = text.strip().strip("/")
    try:
        parts_of(folder)
    except FolderError:
        raise DomainError(
            _("Use small letters, digits, hyphens and points, and at most two slashes: belastingdienst/btw."),
            field="folder",
        ) from None
    for other in taken:
        if f"{folder}/".startswith(f"{other}/") or f"{other}/".startswith(f"{folder}/"):
            raise DomainError(
                _("The folder %(folder)s is used by another channel. No channel lies within another's folder.")
                % {"folder": other},
                field="folder",
            )
    return folder


def _checked_url(text: str) -> str:
    url = text.strip()
    try:
        parts = read_url(url)
    except UrlError as error:
        raise DomainError(_URL_FAULTS[error.code], field="url") from None
    if parts.scheme == "http" and not settings.DELIVERY_ALLOW_PRIVATE:
        raise DomainError(_URL_FAULTS["scheme"], field="url")
    return url


def _route(channel: DeliveryChannel, message_types: Sequence[MessageType]) -> None:
    wanted = {message_type.pk: message_type for message_type in message_types}
    for route in DeliveryRoute.objects.filter(message_type__in=wanted).exclude(channel=channel):
        raise DomainError(
            _("%(type)s leaves by the channel %(channel)s already. Clear it there first.")
            % {"type": wanted[route.message_type_id], "channel": route.channel},
            field="message_types",
        )
    channel.routes.exclude(message_type__in=wanted).delete()
    known = set(channel.routes.values_list("message_type_id", flat=True))
    for pk, message_type in wanted.items():
        if message_type.environment_id != channel.environment_id:
            raise DomainError(_("Choose message types of this environment."), field="message_types")
        if pk not in known:
            channel.routes.create(message_type=message_type, environment=channel.environment)
