"""*Vraag stellen*: a message waits for the answer of a colleague, or of anybody in a role.

The message stays in its step and its term runs on; nobody acts on it but who answers, or who takes the question back.
After that it waits in the asker's step again. Asking and answering are no assessment: four eyes does not count them.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from messaging.actions.acting import MAX_REMARK, first_was, lock, membership_of, record, take
from messaging.models import Message, MessageEvent, Question, WorkflowStep
from messaging.models.workflows import StepAction
from messaging.workflow import may_answer, may_withdraw
from portal.errors import DomainError
from portal.models import Membership, Role, User
from portal.permissions import ASSESS


@transaction.atomic
def ask_question(
    *, message: Message, to: Membership | Role, text: str, acting_user: User, seen: int | None = None
) -> Question:
    """Ask a colleague (a member who assesses, not oneself) or everybody in a role; return the question.

    Raises `DomainError` at the field `text` when it is empty, at `to` when that member cannot answer, or when the user
    may not ask here, and `SomebodyWasFirst`.
    """
    message, step = take(message, acting_user, StepAction.ASK, seen)
    if not text.strip():
        raise DomainError(_("Write the question."), field="text")
    if not _can_be_asked(to, message, acting_user):
        raise DomainError(_("Choose somebody else of this environment who assesses messages."), field="to")
    to_user = to.user if isinstance(to, Membership) else None
    question = Question.objects.create(
        message=message,
        environment_id=message.environment_id,
        step=step,
        text=text.strip()[:MAX_REMARK],
        asked_by=acting_user,
        asked_by_name=str(acting_user),
        to_user=to_user,
        to_role="" if to_user else str(to),
        to_name=str(to_user or ""),
    )
    message.question = question
    message.save(update_fields=["question"])
    record(message, MessageEvent.Kind.ASKED, acting_user, step=step, question=question, note=text)
    return question


@transaction.atomic
def answer_question(*, message: Message, answer: str, acting_user: User, question_seen: int | None = None) -> None:
    """Answer the open question of a message, which then waits in the asker's step again.

    `question_seen` is the question that stood on the screen. Raises `DomainError` at the field `answer` when it is
    empty, or when the user is not asked, and `SomebodyWasFirst` when that question is open no more.
    """
    message, question, step = _open_question(message, acting_user, question_seen)
    if not may_answer(membership_of(acting_user, message), question):
        raise DomainError(_("This question is for %(who)s.") % {"who": question.addressee})
    if not answer.strip():
        raise DomainError(_("Write the answer."), field="answer")
    _close(message, question)
    record(message, MessageEvent.Kind.ANSWERED, acting_user, step=step, question=question, note=answer)


@transaction.atomic
def withdraw_question(*, message: Message, acting_user: User, question_seen: int | None = None) -> None:
    """Take an open question back, when the answer is no longer needed or will not come: its asker, or an administrator.

    Raises `DomainError` for anybody else, and `SomebodyWasFirst` when the question is open no more.
    """
    message, question, step = _open_question(message, acting_user, question_seen)
    if not may_withdraw(membership_of(acting_user, message), question):
        raise DomainError(_("Who asked the question, or an administrator, can take it back."))
    _close(message, question)
    record(message, MessageEvent.Kind.WITHDRAWN, acting_user, step=step, question=question, note="")


def _can_be_asked(to: Membership | Role, message: Message, asker: User) -> bool:
    if not isinstance(to, Membership):
        return to in ASSESS
    return (
        to.environment_id == message.environment_id
        and to.role in ASSESS
        and to.user_id != asker.pk
        and to.user.is_active
        and to.user.kind == User.Kind.PERSON
    )


def _open_question(message: Message, user: User, seen: int | None) -> tuple[Message, Question, WorkflowStep]:
    message = lock(message)
    question, step = message.question, message.step
    if question is None or step is None or (seen is not None and question.pk != seen):
        raise first_was(message, user)
    return message, question, step


def _close(message: Message, question: Question) -> None:
    question.closed_at = timezone.now()
    question.save(update_fields=["closed_at"])
    message.question = None
    message.save(update_fields=["question"])
