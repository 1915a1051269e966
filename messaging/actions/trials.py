"""Trying the way in with a test message: asked for by an administrator, carried out by a worker.

The worker, not the web process, calls the gateway: a web process that waits for itself would hold one of the threads
that have to answer.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from connectors.actions.one_time_tokens import create_one_time_token, end_one_time_token
from connectors.models import Environment, Token
from messaging.kinds import MessageKind
from messaging.models import LogEntry, Message, Trial
from messaging.sender.client import NoAnswer, Parcel, Refusal, SoapGateway
from messaging.trial_documents import document_of
from portal.audit import acting_as
from portal.errors import DomainError
from portal.models import User
from portal.network import Address, parse_address

TASK = "carry_out_trial"
QUEUE = "trials"
# A test that was not finished by then never will be: its worker died, and its token has expired.
GIVEN_UP_AFTER = timedelta(minutes=2)

_Outcome = Trial.Outcome


@transaction.atomic
def request_trial(
    *, environment: Environment, kind: MessageKind, token: Token, address: Address, acting_user: User
) -> Trial:
    """Have a test message sent that stands in for a message of `token`'s client program from `address`.

    Raises `DomainError` while another test of this environment is under way, and when the token is not its own.
    """
    if token.environment_id != environment.pk or token.deleted_at or token.test_address:
        raise DomainError(_("Choose a token of this environment that has not been deleted."), field="token")
    give_up_lost_trials(environment)
    try:
        with transaction.atomic():
            trial = Trial.objects.create(
                environment=environment,
                message_type=kind,
                token=token,
                address=str(address),
                requested_by=acting_user,
            )
    except IntegrityError:
        raise DomainError(_("Another test of this environment is under way. Wait until it is done.")) from None
    # In the same transaction: there is never a test without its job.
    app.configure_task(TASK, queue=QUEUE).defer(trial=trial.pk)
    return trial


def give_up_lost_trials(environment: Environment) -> None:
    """End the tests of an environment that no worker will finish any more."""
    lost = Trial.objects.filter(finished_at__isnull=True, requested_at__lt=timezone.now() - GIVEN_UP_AFTER)
    lost.filter(environment=environment).update(finished_at=timezone.now(), outcome=_Outcome.LOST)


def carry_out_trial(trial_id: int) -> None:
    """Send the test message over HTTP and write down what came back. Once only: a second worker leaves it alone."""
    mine = Trial.objects.filter(pk=trial_id, started_at__isnull=True, finished_at__isnull=True)
    if not mine.update(started_at=timezone.now()):
        return
    trial = Trial.objects.select_related("token", "environment", "requested_by").get(pk=trial_id)
    with acting_as(str(trial.requested_by or "")):
        stand_in, secret = create_one_time_token(
            like=trial.token, address=parse_address(trial.address), acting_user=trial.requested_by
        )
        try:
            found = _send(trial, secret)
        finally:
            end_one_time_token(token=stand_in, acting_user=trial.requested_by)
    Trial.objects.filter(pk=trial.pk, finished_at__isnull=True).update(finished_at=timezone.now(), **found)


def _send(trial: Trial, secret: str) -> dict[str, object]:
    """Return what the gateway answered, as columns of the test."""
    parcel = Parcel(
        content=document_of(MessageKind(trial.message_type)),
        message_type=trial.message_type,
        external_id=f"TEST-{trial.pk}",
        environment=trial.token.customer_environment,
    )
    try:
        message_id = SoapGateway(settings.GATEWAY_TEST_URL, secret).send(parcel)
        return {"outcome": _Outcome.TAKEN, "message_id": _known(message_id)}
    except Refusal as refusal:
        return {"outcome": _Outcome.REFUSED, "answer": refusal.text[:500], "entry": _entry(trial, refusal.reference)}
    except NoAnswer as problem:
        return {"outcome": _Outcome.UNREACHABLE, "answer": str(problem)[:500]}


def _entry(trial: Trial, reference: str) -> LogEntry | None:
    wanted = _uuid(reference)
    return LogEntry.objects.filter(reference=wanted, environment=trial.environment).first() if wanted else None


def _known(message_id: str) -> UUID | None:
    wanted = _uuid(message_id)
    return wanted if wanted and Message.objects.filter(pk=wanted).exists() else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(hex=text)
    except ValueError:
        return None
