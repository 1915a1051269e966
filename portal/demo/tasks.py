"""Tasks of the demo: ICP listings in both steps of *Controleren en accorderen*, a question, and one that is overdue.

The messages came in during the past days, so they are written directly; what people did with them since goes by the
actions that the screens call.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from connectors.models import Environment, Token
from messaging.actions.message_types import update_message_type
from messaging.actions.questions import ask_question
from messaging.actions.routing import forward_message
from messaging.delivered import CHECK_AND_APPROVE
from messaging.models import Message, MessageReading, WorkflowStep
from messaging.statuses import Status
from messaging.xbrl import Document
from portal.demo.documents import ec_listing
from portal.demo.history import ORGANISATIONS, QUARTERS, Office, store
from portal.models import Membership, User

_WAITS = ((Status.PROCESSING, ""), (Status.IN_WORKFLOW, ""))
_QUARTER = QUARTERS[5]  # the second of 2026
_FIRST_INDEX = 100  # behind the messages of the history
# How long ago each came in; the step *Controleren* has a deadline of three days, so the first is overdue.
_AGES = (timedelta(days=5), timedelta(days=2), timedelta(hours=20), timedelta(hours=5), timedelta(minutes=50))


def make_tasks(environment: Environment, people: dict[str, User], *, now: datetime) -> None:
    """Let *Controleren en accorderen* handle ICP listings, and leave a listing of each client somewhere in it."""
    workflow = environment.workflows.get(name=CHECK_AND_APPROVE.name)
    update_message_type(
        message_type=environment.message_types.get(code="ICP"),
        blocked=False,
        workflow=workflow,
        confirmed=True,
        acting_user=people["beheerder"],
    )
    office = Office(
        environment,
        list(Token.objects.filter(environment=environment).order_by("id")),
        people,
        WorkflowStep.objects.filter(version__workflow=workflow).earliest("position"),
    )
    _overdue, asked, checked, checked_too, _fresh = (
        store(office, _FIRST_INDEX + at, _WAITS, now - age, ("ICP", _listing(environment, number)))
        for at, (number, age) in enumerate(zip(ORGANISATIONS.values(), _AGES, strict=True))
    )
    _act(environment, people, asked, checked, checked_too)


def _act(environment: Environment, people: dict[str, User], asked: Message, *checked: Message) -> None:
    admin, assessor = people["beheerder"], people["behandelaar"]
    ask_question(
        message=asked,
        to=Membership.objects.get(environment=environment, user=assessor),
        text="De levering aan Griekenland is negatief. Is dat de creditnota van mei?",
        acting_user=admin,
    )
    # One waits for each of them: who checked does not approve.
    first, second = checked
    forward_message(message=first, remark="Sluit aan op rubriek 3b.", acting_user=admin)
    forward_message(message=second, remark="", acting_user=assessor)


def _listing(environment: Environment, number: str) -> bytes:
    """Write a listing whose total is what the return of the same quarter states as supplied, where there is one."""
    start, end = _QUARTER
    total = _supplied(environment, number, start, end)
    customers = {
        ("DE", "811569869"): total // 2 + 400,
        ("BE", "0477472701"): total - total // 2,
        ("EL", "094259216"): -400,
    }
    return ec_listing(number, start, end, customers)


def _supplied(environment: Environment, number: str, start: date, end: date) -> int:
    found = MessageReading.objects.filter(
        message__environment=environment, kind="BTW", number=number, period_start=start, period_end=end
    ).first()
    return (Document.from_dict(found.document).line("3b").turnover or 0) if found else 12_300
