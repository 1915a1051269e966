"""The editor's rules: drafts, their steps, publication, and that what is under way stays where it is."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.models import Environment
from messaging.actions.message_types import update_message_type
from messaging.actions.workflows import (
    StepFacts,
    add_step,
    create_workflow,
    delete_step,
    discard_draft,
    draft_of,
    move_step,
    publish_draft,
    rename_workflow,
    start_draft,
    update_step,
)
from messaging.models import Workflow
from messaging.models.workflows import StepAction
from messaging.workflow import entry_step, is_usable
from messaging.workflow_words import differences
from portal.errors import ConfirmationNeededError, DomainError
from portal.models import Role, User
from tests.factories import UserGroupFactory
from tests.messaging.readings import make_message


def facts(name: str, *actions: StepAction, **values: Any) -> StepFacts:
    given = {"role": Role.BEHANDELAAR, "group": None, "approval_decides": False, "deadline_days": None}
    return StepFacts(name=name, actions=list(actions), **{**given, "four_eyes": False, **values})


@pytest.fixture
def workflow(environment: Environment, beheerder: User) -> Workflow:
    return create_workflow(environment=environment, name="Eigen", acting_user=beheerder)


def _names(workflow: Workflow) -> list[str]:
    draft = draft_of(workflow)
    return [] if draft is None else [*draft.steps.order_by("position").values_list("name", flat=True)]


def test_a_new_workflow_is_a_draft_that_can_be_published(workflow: Workflow, beheerder: User) -> None:
    assert (_names(workflow), is_usable(workflow)) == (["Accorderen"], False)

    version = publish_draft(workflow=workflow, acting_user=beheerder)

    assert (version.published_by, is_usable(workflow), draft_of(workflow)) == (beheerder, True, None)


@pytest.mark.parametrize("name", ["Accorderen", "accorderen"])
def test_a_name_is_there_once(environment: Environment, workflow: Workflow, beheerder: User, name: str) -> None:
    with pytest.raises(DomainError) as made:
        create_workflow(environment=environment, name=name, acting_user=beheerder)
    with pytest.raises(DomainError) as renamed:
        rename_workflow(workflow=workflow, name=name, acting_user=beheerder)

    assert (made.value.field, renamed.value.field) == ("name", "name")


def test_steps_are_added_changed_moved_and_deleted(workflow: Workflow, beheerder: User) -> None:
    first = add_step(workflow=workflow, facts=facts("Een", StepAction.ASK), acting_user=beheerder)
    second = add_step(workflow=workflow, facts=facts("Twee", StepAction.ASK), acting_user=beheerder)

    move_step(workflow=workflow, step=second, up=True, acting_user=beheerder)
    assert _names(workflow) == ["Accorderen", "Twee", "Een"]
    move_step(workflow=workflow, step=first, up=False, acting_user=beheerder)
    changed = facts("Drie", StepAction.FORWARD, deadline_days=2)
    update_step(workflow=workflow, step=second, facts=changed, acting_user=beheerder)
    delete_step(workflow=workflow, step=first, acting_user=beheerder)

    assert _names(workflow) == ["Accorderen", "Drie"]
    second.refresh_from_db()
    assert (second.position, second.deadline_days) == (2, 2)


def test_a_step_is_refused_at_its_field(workflow: Workflow, beheerder: User) -> None:
    wrong = {
        "name": facts("accorderen", StepAction.ASK),
        "group": facts("Nieuw", StepAction.ASK, group=UserGroupFactory()),
    }

    for field, given in wrong.items():
        with pytest.raises(DomainError) as refusal:
            add_step(workflow=workflow, facts=given, acting_user=beheerder)
        assert refusal.value.field == field


def test_what_leads_nowhere_is_not_published(workflow: Workflow, beheerder: User) -> None:
    add_step(workflow=workflow, facts=facts("Dood spoor", StepAction.ASK), acting_user=beheerder)

    with pytest.raises(DomainError) as refusal:
        publish_draft(workflow=workflow, acting_user=beheerder)

    assert "Dood spoor" in str(refusal.value)
    assert draft_of(workflow) is not None


def test_a_draft_copies_what_is_published_and_messages_under_way_stay_in_theirs(
    environment: Environment, beheerder: User
) -> None:
    message = make_message(environment, status=30)
    workflow = environment.workflows.get(name="Accorderen")
    draft = start_draft(workflow=workflow, acting_user=beheerder)
    assert start_draft(workflow=workflow, acting_user=beheerder) == draft
    (step,) = draft.steps.all()

    update_step(
        workflow=workflow,
        step=step,
        facts=facts("Accorderen", StepAction.APPROVE, StepAction.REJECT, deadline_days=5),
        acting_user=beheerder,
    )
    publish_draft(workflow=workflow, acting_user=beheerder)

    message.refresh_from_db()
    assert (message.workflow_version.number, message.step.deadline_days) == (1, None)  # type: ignore[union-attr]  # it waits in one
    entry = entry_step(environment.message_types.select_related("workflow").get(code="BTW"))
    assert entry == step


def test_differences_are_said_in_words(environment: Environment, beheerder: User) -> None:
    workflow = environment.workflows.get(name="Controleren en accorderen")
    published = list(workflow.versions.get().steps.order_by("position"))
    draft = start_draft(workflow=workflow, acting_user=beheerder)
    assert differences(published, list(draft.steps.order_by("position"))) == []
    first, second = draft.steps.order_by("position")

    changed = facts(
        "Accorderen", *map(StepAction, second.actions), role=Role.BEHEERDER, deadline_days=3, four_eyes=True
    )
    update_step(workflow=workflow, step=second, facts=changed, acting_user=beheerder)
    delete_step(workflow=workflow, step=first, acting_user=beheerder)
    add_step(workflow=workflow, facts=facts("Nazien", StepAction.ASK), acting_user=beheerder)
    said = differences(published, list(draft.steps.order_by("position")))

    assert len(said) >= 3
    assert [line for line in said if "Controleren" in line]
    assert [line for line in said if "Nazien" in line]


def test_a_draft_is_thrown_away_and_what_was_never_published_goes_with_it(
    environment: Environment, workflow: Workflow, beheerder: User
) -> None:
    delivered = environment.workflows.get(name="Accorderen")
    start_draft(workflow=delivered, acting_user=beheerder)

    stays = [discard_draft(workflow=found, acting_user=beheerder) for found in (delivered, workflow)]

    assert stays == [True, False]
    assert {*environment.workflows.values_list("name", flat=True)} == {"Accorderen", "Controleren en accorderen"}
    with pytest.raises(DomainError):
        discard_draft(workflow=delivered, acting_user=beheerder)


def test_another_workflow_for_a_type_is_confirmed_when_messages_are_under_way(
    environment: Environment, beheerder: User
) -> None:
    message = make_message(environment, status=30)
    other = environment.workflows.get(name="Controleren en accorderen")
    wanted: dict[str, Any] = {
        "message_type": message.message_type,
        "blocked": False,
        "workflow": other,
        "acting_user": beheerder,
    }

    with pytest.raises(ConfirmationNeededError) as asked:
        update_message_type(**wanted)
    changed = update_message_type(**wanted, confirmed=True)

    message.refresh_from_db()
    assert "1" in str(asked.value)
    assert (changed.workflow, message.step.name) == (other, "Accorderen")  # type: ignore[union-attr]  # it waits in one
