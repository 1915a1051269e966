"""A quarter of traffic for the demo: messages in every status, and a few refusals.

Unlike everything else in the demo this is written directly, because it lies in the past: each message gets the events
that it would have had, at the times at which they would have happened.
"""

from __future__ import annotations

import hashlib
import random
import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import cycle

from connectors.causes import Cause
from connectors.models import Environment, Token
from messaging.actions.log import Circumstances, record_refusal
from messaging.models import (
    LogEntry,
    Message,
    MessageContent,
    MessageEvent,
    MessageReading,
    Organisation,
    OrganisationNumber,
    WorkflowStep,
)
from messaging.models.messages import new_message_id
from messaging.statuses import Status
from messaging.xbrl import Document, read_document
from portal.demo.documents import ec_listing, suppletie, vat_return
from portal.models import User

ORGANISATIONS = {
    "Bakkerij Het Goudkorst B.V.": "001234567B01",
    "Garage Van Dam V.O.F.": "002345678B01",
    "Kwekerij De Zonnehoek B.V.": "003456789B01",
    "Installatiebedrijf Noorderlicht B.V.": "004567890B01",
    "Stichting Muziekschool Oost": "005678901B01",
}
UNKNOWN_NUMBER = "009876543B01"


def _last_of_quarter(year: int, month: int) -> date:
    return date(year + month // 10, (month + 2) % 12 + 1, 1) - timedelta(days=1)


# Each organisation files quarter after quarter, so that there is a period before to look at.
QUARTERS = [(date(year, month, 1), _last_of_quarter(year, month)) for year in (2025, 2026) for month in (1, 4, 7, 10)]

# Where each message ended, and by which way; the words are the notes that people left.
_S = Status
_WAYS: tuple[tuple[tuple[Status, str], ...], ...] = (
    (),
    ((_S.PROCESSING, ""),),
    *[((_S.PROCESSING, ""), (_S.IN_WORKFLOW, ""))] * 6,
    ((_S.PROCESSING, ""), (_S.IN_WORKFLOW, ""), (_S.REJECTED, "De voorbelasting is dubbel geboekt.")),
    ((_S.PROCESSING, ""), (_S.IN_WORKFLOW, ""), (_S.READY, "Akkoord.")),
    ((_S.PROCESSING, ""), (_S.IN_WORKFLOW, ""), (_S.READY, ""), (_S.SENT, "")),
    ((_S.PROCESSING, ""), (_S.IN_WORKFLOW, ""), (_S.READY, ""), (_S.SEND_FAILED, "delivery_folder_unusable")),
    *[((_S.PROCESSING, ""), (_S.IN_WORKFLOW, ""), (_S.READY, ""), (_S.SENT, ""), (_S.ACCEPTED, ""))] * 3,
    (
        (_S.PROCESSING, ""),
        (_S.IN_WORKFLOW, ""),
        (_S.READY, ""),
        (_S.SENT, ""),
        (_S.REFUSED, "Er is over dit tijdvak al een aangifte ontvangen."),
    ),
)
_MESSAGES = 40
# The unfinished messages stay unfinished for as long as anybody plays with a demo.
_HELD = timedelta(days=365)


@dataclass(frozen=True)
class Office:
    """Where the demo's messages come in; `step` is where those wait that nobody decided on."""

    environment: Environment
    tokens: list[Token]
    people: dict[str, User]
    step: WorkflowStep


def make_history(environment: Environment, people: dict[str, User], *, now: datetime) -> None:
    """Give an environment organisations and messages of the past weeks."""
    for name, number in ORGANISATIONS.items():
        organisation = Organisation.objects.create(environment=environment, name=name)
        OrganisationNumber.objects.create(
            organisation=organisation, environment=environment, scheme="btw", number=number
        )
    office = Office(
        environment,
        list(Token.objects.filter(environment=environment).order_by("id")),
        people,
        WorkflowStep.objects.filter(version__workflow__environment=environment).earliest("id"),
    )
    chance = random.Random(12345)  # noqa: S311  the demo is the same on every machine
    ways = cycle(_WAYS)
    for index in range(_MESSAGES):
        # Oldest first, as they would have come in; what is not finished yet came in today.
        way = next(ways)
        age = timedelta(days=chance.uniform(2, 40)) if len(way) > 2 else timedelta(minutes=20 + 7 * index)
        store(office, index, way, now - age, _document(chance, index))
    Token.objects.filter(environment=environment).update(last_used_at=now, last_used_address="127.0.0.1")


def _document(chance: random.Random, index: int) -> tuple[str, bytes]:
    number = [*ORGANISATIONS.values(), UNKNOWN_NUMBER][index % 6]
    start, end = QUARTERS[index // 6]
    high, paid = chance.randrange(8_000, 240_000), chance.randrange(500, 22_000)
    if index % 9 == 4:
        year = date(2025, 1, 1), date(2025, 12, 31)
        return "SUP", suppletie(number, *year, high=high * 4, paid=paid * 4, old=high * 4 * 20 // 100 - paid * 4)
    if index % 9 == 7:
        customers = {("DE", "811569869"): high // 3, ("BE", "0477472701"): high // 5, ("EL", "094259216"): -paid}
        return "ICP", ec_listing(number, start, end, customers)
    low, exported = chance.randrange(0, 30_000), chance.randrange(0, 40_000)
    slip = 100 if index % 12 == 3 else 0
    return "BTW", vat_return(number, start, end, high=high, low=low, exported=exported, paid=paid, slip=slip)


def store(
    office: Office, index: int, way: tuple[tuple[Status, str], ...], at: datetime, document: tuple[str, bytes]
) -> Message:
    """Write a message that came in at `at` and went this way; `index` tells it from the others."""
    kind, raw = document
    token = office.tokens[index % len(office.tokens)]
    read = read_document(raw) if len(way) > 1 else None
    times = [at + timedelta(seconds=2 + index) * (step**3 + step) for step in range(len(way) + 1)]
    in_workflow = bool(way) and way[-1][0] is Status.IN_WORKFLOW
    message = Message.objects.create(
        id=new_message_id(int(at.timestamp() * 1000)),
        environment=office.environment,
        token=token,
        message_type=office.environment.message_types.get(code=kind),
        external_message_id=f"{kind}-2026-{index:04d}",
        sender_environment=token.customer_environment,
        source_address="127.0.0.1",
        content_digest=hashlib.sha256(raw).digest(),
        content_size=len(raw),
        received_at=at,
        status=way[-1][0] if way else Status.REGISTERED,
        status_changed_at=times[-1],
        lease_until=at + _HELD if len(way) < 2 else None,
        organisation=_organisation(office.environment, read),
        workflow_version=office.step.version if read else None,
        step=office.step if in_workflow else None,
        due_at=_due(office.step, times[-1]) if in_workflow else None,
    )
    MessageContent.objects.create(message=message, content=raw)
    _write_events(office, message, way, times)
    if read:
        _write_reading(message, read)
    return message


def _due(step: WorkflowStep, entered: datetime) -> datetime | None:
    return entered + timedelta(days=step.deadline_days) if step.deadline_days else None


def _write_events(office: Office, message: Message, way: tuple[tuple[Status, str], ...], times: list[datetime]) -> None:
    statuses = [None, Status.REGISTERED, *(status for status, _note in way)]
    notes = ["", *(note for _status, note in way)]
    for before, after, note, at in zip(statuses, statuses[1:], notes, times, strict=False):
        by_person = before is Status.IN_WORKFLOW
        actor = office.people["behandelaar"] if by_person else None
        first = message.token.user.username if before is None else "system"
        reference = None
        if after is Status.SEND_FAILED:
            reference = uuid.uuid4()
        MessageEvent.objects.create(
            message=message,
            from_status=before,
            to_status=after,
            at=at,
            actor=actor,
            actor_name=str(actor) if actor else first,
            note=note,
            log_reference=reference,
            content_digest=message.content_digest if after is Status.READY else None,
            step=office.step if by_person else None,
        )


def _write_reading(message: Message, read: Document) -> None:
    MessageReading.objects.create(
        message=message,
        kind=read.kind,
        period_start=read.period_start,
        period_end=read.period_end,
        number_scheme=read.identifier_scheme,
        number=read.identifier,
        amount=read.amount,
        findings=len(read.findings),
        document=read.as_dict(),
        read_at=message.received_at,
    )


def _organisation(environment: Environment, read: Document | None) -> Organisation | None:
    if read is None:
        return None
    return Organisation.objects.filter(environment=environment, numbers__number=read.identifier).first()


def make_refusals(environment: Environment) -> None:
    """Leave a few refusals of today in the communication log, after what is older: it is listed as it was written."""
    token = Token.objects.filter(environment=environment).earliest("pk")
    known = Circumstances(
        door=LogEntry.Door.SOAP,
        method="UploadMessage",
        address="203.0.113.24",
        client="PHP-SOAP/8.2.32",
        sender_environment=token.customer_environment,
        message_type="BTW",
        external_message_id="BTW-2026-0911",
        environment_id=environment.pk,
        app_connector_id=token.app_connector_id,
        token_id=token.pk,
        token_hint=token.hint,
    )
    allowed = {"observed": "203.0.113.24", "allowed": ["127.0.0.1", "::1"]}
    for _time in range(3):
        record_refusal(Cause.ADDRESS_NOT_ALLOWLISTED, known, allowed)
    other = replace(known, address="127.0.0.1", sender_environment="O11111AA", external_message_id="BTW-2026-0912")
    evidence = {"observed": "O11111AA", "allowed": [token.customer_environment]}
    record_refusal(Cause.OTHER_CUSTOMER_ENVIRONMENT, other, evidence)
    mistyped = replace(known, address="127.0.0.1", message_type="BWT", external_message_id="BTW-2026-0913")
    record_refusal(Cause.MESSAGE_TYPE_UNKNOWN, mistyped, {"observed": "BWT", "allowed": ["BTW", "ICP", "KVK", "SUP"]})
    # This one has been mended since, so that the log shows what that looks like.
    mended = replace(known, address="127.0.0.1", external_message_id="BTW-2026-0910")
    record_refusal(Cause.CONNECTOR_NOT_GRANTED, mended, {"observed": "CommSvcConnector", "allowed": []})
    unknown = Circumstances(door=LogEntry.Door.REST, method="UploadMessage", address="198.51.100.7", token_hint="9C1F")  # noqa: S106
    record_refusal(Cause.TOKEN_UNKNOWN, unknown)
