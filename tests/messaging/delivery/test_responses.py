"""Responses that the receiver puts into the folder are read back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connectors.causes import Cause
from connectors.models import Environment
from messaging.delivery.claims import claim_due
from messaging.delivery.responses import take_responses
from messaging.delivery.worker import deliver_batch
from messaging.models import LogEntry, Message
from messaging.statuses import Status
from tests.factories import MessageFactory
from tests.messaging.delivery.channels import folder_channel, history_of, let_time_pass, status_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("root")]


def _respond(root: Path, environment: Environment, name: str, **told: Any) -> Path:
    folder = root / environment.code / "bd" / "antwoorden"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps(told))
    return folder


def test_responses_in_the_folder_become_80_and_90_once(
    environment: Environment, approve: Callable[..., Message], root: Path
) -> None:
    channel, accepted, refused = folder_channel(environment), approve(), approve()
    deliver_batch(channel.pk)
    _respond(root, environment, "1.json", messageId=accepted.public_id, status="accepted")
    folder = _respond(root, environment, "2.json", messageId=refused.public_id, status="refused", reason="Te laat")

    taken = [take_responses(), take_responses()]
    _respond(root, environment, "1.json", messageId=accepted.public_id, status="accepted")
    taken.append(take_responses())

    assert taken == [2, 0, 1]
    assert (history_of(accepted)[2:], history_of(refused)[2:]) == ([(60, 80)], [(60, 90)])
    assert refused.events.get(to_status=90).note == "Te laat"
    assert (len([*folder.glob("verwerkt/*")]), [*folder.glob("*.json")], LogEntry.objects.count()) == (3, [], 0)


def test_a_response_that_is_too_early_waits(
    environment: Environment, approve: Callable[..., Message], root: Path
) -> None:
    channel, message = folder_channel(environment), approve()
    claim_due(channel, 1)
    folder = _respond(root, environment, "1.json", messageId=message.public_id, status="accepted")

    early = take_responses()
    let_time_pass()
    deliver_batch(channel.pk)

    assert (early, take_responses(), [*folder.glob("*.json")]) == (0, 1, [])
    assert status_of(message) == Status.ACCEPTED


def test_what_is_no_response_of_this_channel_is_set_aside_with_a_log_entry(
    environment: Environment, approve: Callable[..., Message], root: Path
) -> None:
    channel, ours = folder_channel(environment), approve()
    deliver_batch(channel.pk)
    foreign = MessageFactory(status=Status.SENT)
    _respond(root, environment, "1.json", messageId=foreign.public_id, status="accepted")
    _respond(root, environment, "2.json", messageId=ours.public_id, status="accepted")
    folder = _respond(root, environment, "3.json", messageId=ours.public_id, status="refused")

    take_responses()

    assert sorted(path.name for path in folder.glob("apart/*")) == ["1.json", "3.json"]
    assert (status_of(foreign), status_of(ours)) == (Status.SENT, Status.ACCEPTED)
    assert {entry.explained for entry in LogEntry.objects.all()} == {Cause.RESPONSE_UNREADABLE}
    assert {entry.evidence["file"] for entry in LogEntry.objects.all()} == {"1.json", "3.json"}
