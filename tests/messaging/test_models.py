"""The rules about messages that the database holds, tried with plain SQL's freedom: no action in between."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Model

from messaging.models import (
    LogEntry,
    Message,
    MessageContent,
    MessageEvent,
    MessageType,
    Question,
    WorkflowStep,
    WorkflowVersion,
)
from messaging.models.messages import new_message_id
from messaging.statuses import TRANSITIONS, Status
from tests.factories import EnvironmentFactory, MessageFactory, TokenFactory, UserFactory, UserGroupFactory
from tests.messaging.workflows import make_steps, make_waiting

pytestmark = pytest.mark.django_db


def _refused(change: str, *, table: type[Model], where: Any) -> bool:
    """Tell whether the database refuses an UPDATE of one row, also at the end of the transaction."""
    with connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute(
                    f"UPDATE {table._meta.db_table} SET {change} WHERE {table._meta.pk.column} = %s",  # noqa: S608  names and changes of these tests
                    [where],
                )
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except DatabaseError:
            return True
        finally:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return False


def test_ids_made_later_sort_later() -> None:
    ids = [new_message_id() for _ in range(3)]

    assert {made.version for made in ids} == {7}
    assert [made.int >> 80 for made in ids] == sorted(made.int >> 80 for made in ids)


@pytest.mark.parametrize(("before", "after"), [*itertools.permutations(Status, 2)])
def test_a_status_change_is_possible_exactly_when_the_domain_allows_it(before: Status, after: Status) -> None:
    message = MessageFactory(status=before)
    MessageEvent.objects.create(message=message, from_status=before, to_status=after, actor_name="test")

    refused = _refused(f"status = {after:d}", table=Message, where=message.pk)

    assert refused is ((before, after) not in TRANSITIONS)


def test_a_status_without_its_event_is_refused() -> None:
    message = MessageFactory(status=Status.IN_WORKFLOW)

    assert _refused("status = 50, status_changed_at = now()", table=Message, where=message.pk)


@pytest.mark.parametrize(
    "change",
    [
        "external_message_id = 'other'",
        "content_digest = '\\x00'",
        "sender_environment = 'O11111AA'",
        "source_address = '192.0.2.1'",
        "received_at = now() - interval '1 day'",
    ],
)
def test_what_the_sender_sent_never_changes(change: str) -> None:
    message = MessageFactory()

    assert _refused(change, table=Message, where=message.pk)


def test_content_never_changes() -> None:
    message = MessageFactory()

    assert _refused("content = '\\x00'", table=MessageContent, where=message.pk)


def test_events_are_append_only() -> None:
    event = MessageFactory().events.get()

    assert _refused("note = 'x'", table=MessageEvent, where=event.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        event.delete()


def test_one_external_id_per_token() -> None:
    message = MessageFactory()

    with pytest.raises(DatabaseError):
        MessageFactory(token=message.token, external_message_id=message.external_message_id)


def test_a_log_entry_keeps_its_facts_but_takes_a_resolution() -> None:
    entry = LogEntry.objects.create(cause="token_unknown", door="soap", keep_until="2099-01-01")

    assert _refused("cause = 'token_missing'", table=LogEntry, where=entry.pk)
    assert _refused("evidence = '{\"a\": 1}'", table=LogEntry, where=entry.pk)
    assert not _refused("repeats = 2, last_seen_at = now()", table=LogEntry, where=entry.pk)
    assert not _refused("resolved_at = now(), resolution = 'mended'", table=LogEntry, where=entry.pk)


def test_a_log_entry_goes_only_after_its_retention() -> None:
    kept = LogEntry.objects.create(cause="token_unknown", door="soap", keep_until="2099-01-01")
    over = LogEntry.objects.create(cause="token_unknown", door="soap", keep_until="2020-01-01")

    with pytest.raises(DatabaseError), transaction.atomic():
        kept.delete()
    over.delete()

    assert [*LogEntry.objects.all()] == [kept]


def test_every_message_type_starts_blocked() -> None:
    environment = EnvironmentFactory()

    assert [*environment.message_types.values_list("blocked", "workflow").distinct()] == [(True, None)]
    assert environment.message_types.count() == 4


def test_a_type_is_opened_only_with_a_workflow_that_approves_and_rejects() -> None:
    environment = EnvironmentFactory()
    message_type = environment.message_types.first()
    usable = environment.workflows.get(name="Accorderen")
    draft = environment.workflows.create(name="Concept")
    WorkflowVersion.objects.create(workflow=draft, number=1)

    assert _refused("blocked = false", table=MessageType, where=message_type.pk)
    assert _refused(f"blocked = false, workflow_id = {draft.pk}", table=MessageType, where=message_type.pk)
    assert not _refused(f"blocked = false, workflow_id = {usable.pk}", table=MessageType, where=message_type.pk)


def test_a_message_type_takes_no_workflow_of_another_environment() -> None:
    message_type = EnvironmentFactory().message_types.first()
    foreign = EnvironmentFactory().workflows.get(name="Accorderen")

    assert _refused(f"workflow_id = {foreign.pk}", table=MessageType, where=message_type.pk)


def test_a_published_workflow_version_is_final() -> None:
    version = EnvironmentFactory().workflows.get(name="Accorderen").versions.get()
    step = version.steps.get()

    assert _refused("name = 'other'", table=WorkflowStep, where=step.pk)
    assert _refused("published_at = NULL", table=WorkflowVersion, where=version.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        step.delete()


@pytest.mark.parametrize("model", [Message, MessageContent, MessageEvent, LogEntry])
def test_tables_of_record_are_never_emptied(model: type[Model]) -> None:
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="never emptied"), transaction.atomic():
        cursor.execute(f"TRUNCATE {model._meta.db_table} CASCADE")


def test_a_message_of_a_token_stays_with_the_token() -> None:
    token = TokenFactory()
    message = MessageFactory(token=token)

    assert message.environment == token.environment
    assert _refused("token_id = token_id + 1", table=Message, where=message.pk)


def _waiting(*, four_eyes: bool = False) -> tuple[Message, list[WorkflowStep]]:
    environment = EnvironmentFactory()
    steps = make_steps(environment, {}, {"four_eyes": four_eyes})
    return make_waiting(environment, steps[0]), steps


def _event_is_refused(message: Message, **values: Any) -> bool:
    try:
        with transaction.atomic():
            MessageEvent.objects.create(message=message, actor_name="test", **values)
    except DatabaseError:
        return True
    return False


def test_a_message_waits_in_a_step_of_its_own_version_only() -> None:
    message, _steps = _waiting()
    foreign = make_steps(message.environment, {})[0]

    assert _refused(f"step_id = {foreign.pk}", table=Message, where=message.pk)


def test_a_move_without_its_event_is_refused() -> None:
    message, steps = _waiting()

    assert _refused(f"step_id = {steps[1].pk}", table=Message, where=message.pk)


def test_outside_the_workflow_no_message_has_a_step_a_deadline_or_a_question() -> None:
    message = MessageFactory(status=Status.READY)

    assert _refused("due_at = now()", table=Message, where=message.pk)


@pytest.mark.parametrize("kind", ["approve", "forward", "return", "ask", "answer", "withdraw"])
def test_an_act_names_its_step(kind: str) -> None:
    message, _steps = _waiting()

    assert _event_is_refused(message, kind=kind)


def test_a_decision_of_a_person_names_its_step() -> None:
    message, steps = _waiting()
    decision = {"from_status": 30, "to_status": 50, "actor": UserFactory()}

    assert _event_is_refused(message, **decision)
    assert not _event_is_refused(message, **decision, step=steps[0])


def test_an_act_in_a_step_of_another_version_is_refused() -> None:
    message, steps = _waiting()
    foreign = make_steps(message.environment, {})[0]

    assert _event_is_refused(message, kind="forward", step=foreign, to_step=steps[1])
    assert _event_is_refused(message, kind="forward", step=steps[0], to_step=foreign)


def test_four_eyes_is_held_by_the_database() -> None:
    message, steps = _waiting(four_eyes=True)
    first, second = UserFactory(), UserFactory()
    MessageEvent.objects.create(message=message, kind="forward", step=steps[0], to_step=steps[1], actor=first)
    decision = {"from_status": 30, "to_status": 50, "step": steps[1]}

    assert _event_is_refused(message, **decision, actor=first)
    assert not _event_is_refused(message, **decision, actor=second)


def test_one_question_at_a_time_and_its_facts_stay() -> None:
    message, steps = _waiting()
    values = {"message": message, "environment": message.environment, "step": steps[0], "text": "?", "to_name": "Jan"}
    question = Question.objects.create(**values)

    with pytest.raises(DatabaseError), transaction.atomic():
        Question.objects.create(**values)
    assert _refused("text = 'other'", table=Question, where=question.pk)
    assert not _refused("closed_at = now()", table=Question, where=question.pk)


def test_the_group_of_a_step_is_of_its_environment() -> None:
    foreign = UserGroupFactory()

    with pytest.raises(DatabaseError), transaction.atomic():
        make_steps(EnvironmentFactory(), {"group": foreign})
