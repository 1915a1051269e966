"""Vraag stellen: who is asked, that the message waits, and that the answer returns it to the asker's step."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connectors.models import Environment
from messaging.actions.acting import SomebodyWasFirst
from messaging.actions.assessment import approve_message, reject_message
from messaging.actions.questions import answer_question, ask_question, withdraw_question
from messaging.actions.routing import forward_message
from messaging.models import Message
from messaging.statuses import Status
from portal.errors import DomainError
from portal.models import Membership, Role, User
from tests.factories import MembershipFactory
from tests.messaging.workflows import make_steps, make_waiting


@pytest.fixture
def message(environment: Environment) -> Message:
    return make_waiting(environment, make_steps(environment, {}, {})[0])


def _membership(user: User, environment: Environment) -> Membership:
    return Membership.objects.select_related("user").get(user=user, environment=environment)


def _ask(message: Message, asker: User, to: User | Role) -> None:
    member = _membership(to, message.environment) if isinstance(to, User) else to
    ask_question(message=message, to=member, text=" Klopt 3b? ", acting_user=asker)


def test_a_question_stands_in_the_history_and_the_message_waits(
    message: Message, behandelaar: User, beheerder: User
) -> None:
    _ask(message, behandelaar, beheerder)

    message.refresh_from_db()
    event = message.events.latest("id")
    assert message.question is not None
    assert (message.question.text, message.question.addressee) == ("Klopt 3b?", "Persoon beheerder")
    assert (event.kind, event.note, event.step, event.question) == ("ask", "Klopt 3b?", message.step, message.question)


@pytest.mark.parametrize(
    "act",
    [
        lambda message, user: forward_message(message=message, acting_user=user),
        lambda message, user: reject_message(message=message, reason="Nee", acting_user=user),
        lambda message, user: approve_message(
            message=message, digest_seen=bytes(message.content_digest).hex(), acting_user=user
        ),
        lambda message, user: ask_question(message=message, to=Role.BEHEERDER, text="En?", acting_user=user),
    ],
    ids=["forward", "reject", "approve", "ask"],
)
def test_nobody_goes_on_before_the_answer(
    message: Message, behandelaar: User, beheerder: User, act: Callable[[Message, User], object]
) -> None:
    _ask(message, behandelaar, beheerder)

    for user in (behandelaar, beheerder):
        with pytest.raises(DomainError):
            act(message, user)

    message.refresh_from_db()
    assert (message.status, message.events.count()) == (Status.IN_WORKFLOW, 2)


def test_the_answer_returns_the_message_to_the_askers_step(
    message: Message, behandelaar: User, beheerder: User
) -> None:
    step = message.step
    _ask(message, behandelaar, beheerder)

    answer_question(message=message, answer="Ja, zie de bijlage.", acting_user=beheerder)

    message.refresh_from_db()
    event = message.events.latest("id")
    assert (message.step, message.question, message.status) == (step, None, Status.IN_WORKFLOW)
    assert (event.kind, event.note, event.actor) == ("answer", "Ja, zie de bijlage.", beheerder)
    forward_message(message=message, acting_user=behandelaar)


@pytest.mark.parametrize("to", [Role.BEHANDELAAR, Role.BEHEERDER])
def test_a_question_to_a_role_is_answered_by_that_role_and_administrators(
    environment: Environment, message: Message, behandelaar: User, beheerder: User, to: Role
) -> None:
    colleague = MembershipFactory(environment=environment, role=Role.BEHANDELAAR).user
    _ask(message, behandelaar, to)

    answers = {}
    for user in (behandelaar, colleague, beheerder):
        try:
            answer_question(message=message, answer="Ja", acting_user=user)
            answers[user.pk] = True
            break
        except DomainError:
            answers[user.pk] = False

    by_colleague = to == Role.BEHANDELAAR
    assert answers == {behandelaar.pk: False, colleague.pk: by_colleague} | (
        {} if by_colleague else {beheerder.pk: True}
    )


def test_nobody_but_who_is_asked_answers(environment: Environment, message: Message, behandelaar: User) -> None:
    asked, other = (MembershipFactory(environment=environment, role=role).user for role in ("behandelaar", "beheerder"))
    _ask(message, behandelaar, asked)

    for user in (behandelaar, other):
        with pytest.raises(DomainError):
            answer_question(message=message, answer="Ja", acting_user=user)

    message.refresh_from_db()
    assert message.question is not None


def test_who_cannot_answer_is_not_asked(
    environment: Environment, message: Message, behandelaar: User, auditor: User, outsider: User
) -> None:
    foreign = outsider.memberships.select_related("user").get()
    away = MembershipFactory(environment=environment, role=Role.BEHANDELAAR)
    away.user.is_active = False
    away.user.save(update_fields=["is_active"])
    members = [_membership(user, environment) for user in (behandelaar, auditor)]

    fields = []
    nobody: list[Membership | Role] = [*members, foreign, away, Role.AUDITOR, Role.SYSTEM]
    for to in nobody:
        with pytest.raises(DomainError) as refusal:
            ask_question(message=message, to=to, text="Klopt dit?", acting_user=behandelaar)
        fields.append(refusal.value.field)

    assert fields == ["to"] * 6


def test_empty_words_are_refused_at_their_field(message: Message, behandelaar: User, beheerder: User) -> None:
    with pytest.raises(DomainError) as no_question:
        ask_question(message=message, to=Role.BEHEERDER, text=" ", acting_user=behandelaar)
    _ask(message, behandelaar, beheerder)
    with pytest.raises(DomainError) as no_answer:
        answer_question(message=message, answer="", acting_user=beheerder)

    assert (no_question.value.field, no_answer.value.field) == ("text", "answer")


def test_the_asker_or_an_administrator_takes_a_question_back(
    environment: Environment, message: Message, behandelaar: User, beheerder: User
) -> None:
    colleague = MembershipFactory(environment=environment, role=Role.BEHANDELAAR).user
    for taker in (behandelaar, beheerder):
        _ask(message, behandelaar, colleague)
        with pytest.raises(DomainError):
            withdraw_question(message=message, acting_user=colleague)
        withdraw_question(message=message, acting_user=taker)

    message.refresh_from_db()
    assert (message.question, message.events.latest("id").kind) == (None, "withdraw")
    assert message.questions.filter(closed_at__isnull=True).count() == 0


def test_who_answers_second_is_told_who_was_first(
    environment: Environment, message: Message, behandelaar: User, beheerder: User
) -> None:
    colleague = MembershipFactory(environment=environment, role=Role.BEHANDELAAR).user
    _ask(message, behandelaar, Role.BEHANDELAAR)
    answer_question(message=message, answer="Ja", acting_user=beheerder)

    with pytest.raises(SomebodyWasFirst) as late:
        answer_question(message=message, answer="Nee", acting_user=colleague)

    assert "Persoon beheerder" in str(late.value)
