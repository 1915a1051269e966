"""Approve, reject and repair: who, when, and what stays behind (DOMAIN 1a and 2)."""

from __future__ import annotations

import pgtrigger
import pytest
from django.utils.translation import override

from connectors.models import Environment, GroupMember
from messaging.actions.assessment import SomebodyWasFirst, approve_message, reject_message, repair_message
from messaging.approval import approved_digest
from messaging.models import Message, MessageContent, MessageEvent, WorkflowStep, WorkflowVersion
from messaging.models.workflows import StepAction
from messaging.statuses import Status
from portal.errors import DomainError
from portal.models import Role, User
from tests.factories import UserGroupFactory
from tests.messaging.readings import make_message


def _digest(message: Message) -> str:
    return bytes(message.content_digest).hex()


def _last_event(message: Message) -> tuple[int | None, int | None, str, str]:
    event = message.events.latest("id")
    return event.from_status, event.to_status, event.actor_name, event.note


def _in_step(environment: Environment, **values: object) -> Message:
    """Make a message that waits in a step with these properties."""
    version = WorkflowVersion.objects.create(workflow=environment.workflows.get(name="Accorderen"), number=2)
    actions = [StepAction.APPROVE, StepAction.REJECT]
    step = WorkflowStep.objects.create(version=version, position=1, name="Stap", **{"actions": actions} | values)
    return make_message(environment, status=Status.IN_WORKFLOW, step=step, workflow_version=version)


def test_approval_leaves_the_step_and_keeps_the_digest_that_was_seen(
    environment: Environment, behandelaar: User
) -> None:
    message = make_message(environment, status=Status.IN_WORKFLOW)
    version = message.workflow_version

    approve_message(message=message, digest_seen=_digest(message).upper(), acting_user=behandelaar)

    message.refresh_from_db()
    assert (message.status, message.step, message.workflow_version) == (Status.READY, None, version)
    assert _last_event(message) == (30, 50, "Persoon behandelaar", "")
    assert approved_digest(message) == bytes(message.content_digest)


def test_content_that_is_not_what_was_received_is_not_approved(environment: Environment, behandelaar: User) -> None:
    message = make_message(environment, status=Status.IN_WORKFLOW)
    with pgtrigger.ignore("messaging.MessageContent:content_is_fixed"):
        MessageContent.objects.filter(message=message).update(content=b"<xbrl>other</xbrl>")

    with pytest.raises(DomainError):
        approve_message(message=message, digest_seen=_digest(message), acting_user=behandelaar)

    message.refresh_from_db()
    assert (message.status, approved_digest(message)) == (Status.IN_WORKFLOW, None)


def test_an_approval_of_before_the_column_keeps_its_digest(environment: Environment) -> None:
    message = make_message(environment, status=Status.READY)
    MessageEvent.objects.create(message=message, to_status=50, actor_name="x", note=f"SHA-256 {'AB' * 32}")

    assert approved_digest(message) == b"\xab" * 32


@pytest.mark.parametrize("seen", ["", "00" * 32])
def test_a_document_that_was_not_seen_is_not_approved(environment: Environment, behandelaar: User, seen: str) -> None:
    message = make_message(environment, status=Status.IN_WORKFLOW)

    with pytest.raises(DomainError):
        approve_message(message=message, digest_seen=seen, acting_user=behandelaar)

    message.refresh_from_db()
    assert (message.status, message.events.count()) == (Status.IN_WORKFLOW, 1)


def test_rejection_notes_its_reason(environment: Environment, behandelaar: User) -> None:
    message = make_message(environment, status=Status.IN_WORKFLOW)

    reject_message(message=message, reason=" Rubriek 1a klopt niet. ", acting_user=behandelaar)

    message.refresh_from_db()
    assert (message.status, message.step) == (Status.REJECTED, None)
    assert _last_event(message) == (30, 40, "Persoon behandelaar", "Rubriek 1a klopt niet.")


def test_rejection_without_reason_is_refused(environment: Environment, behandelaar: User) -> None:
    message = make_message(environment, status=Status.IN_WORKFLOW)

    with pytest.raises(DomainError) as refusal:
        reject_message(message=message, reason=" \n", acting_user=behandelaar)

    message.refresh_from_db()
    assert (refusal.value.field, message.status) == ("reason", Status.IN_WORKFLOW)


def test_who_decides_second_is_told_who_was_first(environment: Environment, beheerder: User, behandelaar: User) -> None:
    message = make_message(environment, status=Status.IN_WORKFLOW)
    on_another_screen = Message.objects.get(pk=message.pk)
    approve_message(message=message, digest_seen=_digest(message), acting_user=beheerder)

    with pytest.raises(SomebodyWasFirst) as late:
        reject_message(message=on_another_screen, reason="Nee", acting_user=behandelaar)

    message.refresh_from_db()
    assert message.status == Status.READY
    assert "Persoon beheerder" in str(late.value)
    assert "50 " in str(late.value)


def test_who_presses_twice_is_told_that_it_was_themselves(environment: Environment, behandelaar: User) -> None:
    message = make_message(environment, status=Status.IN_WORKFLOW)
    seen = message.events.get().pk
    approve_message(message=message, digest_seen=_digest(message), acting_user=behandelaar, seen=seen)

    with override("en"), pytest.raises(SomebodyWasFirst) as late:
        approve_message(message=message, digest_seen=_digest(message), acting_user=behandelaar, seen=seen)

    assert str(late.value).startswith("You did this before: since ")
    assert message.events.filter(to_status=Status.READY).count() == 1


@pytest.mark.parametrize("status", [status for status in Status if status != Status.IN_WORKFLOW])
def test_only_what_is_in_the_workflow_is_decided_on(
    environment: Environment, behandelaar: User, status: Status
) -> None:
    message = make_message(environment, status=status)

    with pytest.raises(SomebodyWasFirst):
        approve_message(message=message, digest_seen=_digest(message), acting_user=behandelaar)

    message.refresh_from_db()
    assert message.status == status


def test_repair_returns_to_the_first_step_of_the_version_it_had(environment: Environment, behandelaar: User) -> None:
    message = make_message(environment, status=Status.IN_WORKFLOW)
    step, version = message.step, message.workflow_version
    reject_message(message=message, reason="Nee", acting_user=behandelaar)
    message.refresh_from_db()

    repair_message(message=message, acting_user=behandelaar)

    message.refresh_from_db()
    assert (message.status, message.step, message.workflow_version) == (Status.IN_WORKFLOW, step, version)
    assert _last_event(message) == (40, 30, "Persoon behandelaar", "")


def test_repair_of_a_message_that_was_never_read_enters_the_current_workflow(
    environment: Environment, beheerder: User
) -> None:
    message = make_message(environment, status=Status.REJECTED)

    repair_message(message=message, acting_user=beheerder)

    message.refresh_from_db()
    assert message.status == Status.IN_WORKFLOW
    assert message.step == WorkflowStep.objects.get(version__workflow=environment.workflows.get(name="Accorderen"))
    assert message.step.version == message.workflow_version


def test_repair_without_any_workflow_is_refused_with_what_to_do(environment: Environment, beheerder: User) -> None:
    message = make_message(environment, status=Status.REJECTED)
    environment.message_types.update(blocked=True, workflow=None)
    message.refresh_from_db()

    with pytest.raises(DomainError) as refusal:
        repair_message(message=message, acting_user=beheerder)

    message.refresh_from_db()
    assert (type(refusal.value), message.status) == (DomainError, Status.REJECTED)


def test_an_auditor_and_an_outsider_decide_nothing(environment: Environment, auditor: User, outsider: User) -> None:
    waiting = make_message(environment, status=Status.IN_WORKFLOW)
    rejected = make_message(environment, status=Status.REJECTED)

    for user in (auditor, outsider):
        with pytest.raises(DomainError):
            approve_message(message=waiting, digest_seen=_digest(waiting), acting_user=user)
        with pytest.raises(DomainError):
            repair_message(message=rejected, acting_user=user)

    assert {waiting.events.count(), rejected.events.count()} == {1}


def test_a_step_for_administrators_keeps_assessors_out(
    environment: Environment, behandelaar: User, beheerder: User
) -> None:
    message = _in_step(environment, role=Role.BEHEERDER)

    with pytest.raises(DomainError):
        approve_message(message=message, digest_seen=_digest(message), acting_user=behandelaar)
    approve_message(message=message, digest_seen=_digest(message), acting_user=beheerder)

    assert _last_event(message)[2] == "Persoon beheerder"


def test_a_step_for_a_group_is_for_its_members(environment: Environment, behandelaar: User) -> None:
    group = UserGroupFactory(environment=environment)
    message = _in_step(environment, group=group)

    with pytest.raises(DomainError):
        reject_message(message=message, reason="Nee", acting_user=behandelaar)
    GroupMember.objects.create(group=group, user=behandelaar, environment=environment)
    reject_message(message=message, reason="Ja", acting_user=behandelaar)

    assert _last_event(message) == (30, 40, "Persoon behandelaar", "Ja")


def test_a_step_without_the_action_refuses_it(environment: Environment, beheerder: User) -> None:
    message = _in_step(environment, actions=[StepAction.REJECT])

    with pytest.raises(DomainError):
        approve_message(message=message, digest_seen=_digest(message), acting_user=beheerder)

    message.refresh_from_db()
    assert message.status == Status.IN_WORKFLOW
