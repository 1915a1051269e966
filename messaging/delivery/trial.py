"""Testing a channel: everything that a delivery does, with a clearly marked test and no message at all."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connectors.causes import Cause
from messaging.delivery.carriers import carrier, place_of
from messaging.delivery.failures import DeliveryFailed
from messaging.delivery.folder import RESPONSES, TAKEN
from messaging.delivery.webhook import Parcel
from messaging.models import DeliveryChannel

SECONDS = 10.0  # that a person waits for the test of a webhook
# What the test saw, in the words of `DeliveryFailed.observed`, for those that are words of ours.
_OBSERVED: dict[str, Promise] = {
    "a link, or no folder": gettext_lazy("On the way to the folder is a link, or a file that is no folder."),
    "no folder below the root": gettext_lazy("This is no folder below the one that the operator of this portal chose."),
}


@dataclass
class Trial:
    """What a test came to: the steps that went well, and what went wrong and what takes that away, if anything did."""

    steps: list[str] = field(default_factory=list)
    fault: str = ""
    observed: str = ""
    fix: str = ""

    def trace(self, step: str | Promise) -> None:
        self.steps.append(str(step))


def try_channel(channel: DeliveryChannel) -> Trial:
    """Send a test by a channel, and tell step by step how far it came. No message is touched."""
    trial = Trial()
    with _told(trial):
        with carrier(channel, seconds=SECONDS, trace=trial.trace) as hand_over:
            hand_over(_test_parcel(channel))
        if channel.kind == DeliveryChannel.Kind.FOLDER:
            _try_responses(channel)
            trial.trace(_("The folder for responses is there, and can be read and cleared."))
    return trial


@contextmanager
def _told(trial: Trial) -> Iterator[None]:
    try:
        yield
    except DeliveryFailed as failure:
        explanation = failure.cause.value
        trial.fault, trial.fix = str(explanation.text), str(explanation.fix.value)
        trial.observed = str(_OBSERVED.get(failure.observed, failure.observed))
    except OSError as error:
        trial.fault, trial.observed = str(Cause.DELIVERY_FOLDER_UNUSABLE.value.text), error.strerror or ""


def _try_responses(channel: DeliveryChannel) -> None:
    with place_of(channel).opened(RESPONSES) as folder, place_of(channel).opened(RESPONSES, TAKEN) as taken:
        os.listdir(folder)
        name = f".test-{secrets.token_hex(8)}"
        os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600, dir_fd=folder))
        os.rename(name, name, src_dir_fd=folder, dst_dir_fd=taken)
        os.unlink(name, dir_fd=taken)


def _test_parcel(channel: DeliveryChannel) -> Parcel:
    content = (
        f"TEST. Dit is geen bericht: Berichtenpoort test het verzendkanaal {channel.name} "
        f"van {channel.environment.code}.\n"
    ).encode()
    name = f"TEST-{secrets.token_hex(12).upper()}"
    facts = {
        "test": True,
        "messageId": name,
        "messageType": "TEST",
        "environment": channel.environment.code,
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest().upper(),
    }
    return Parcel(name, f"{name}.txt", content, facts)
