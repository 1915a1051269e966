"""A call is refused for exactly one cause, which the communication log names and the caller does not learn."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from connectors import tokens
from connectors.causes import Cause
from connectors.models import AllowlistEntry, GroupMember, Token
from messaging.models import LogEntry, Message
from tests.factories import TokenFactory
from tests.messaging.gateway.conftest import (
    GENERIC,
    SOAP_PATH,
    Program,
    soap_fault,
)

pytestmark = pytest.mark.django_db


def _delete_token(program: Program) -> None:
    Token.objects.filter(pk=program.token.pk).update(deleted_at=timezone.now())


def _expire_token(program: Program) -> None:
    ago = timezone.now() - timedelta(days=1)
    data = tokens.generate()
    TokenFactory(
        app_connector=program.token.app_connector, data=data, created_at=ago - timedelta(days=1), expires_at=ago
    )
    program.data = data


def _unknown_token(program: Program) -> None:
    program.data = tokens.generate()


def _block_user(program: Program) -> None:
    program.token.user.is_active = False
    program.token.user.save(update_fields=["is_active"])


def _block_connector(program: Program) -> None:
    program.token.app_connector.blocked = True
    program.token.app_connector.save(update_fields=["blocked"])


def _leave_group(program: Program) -> None:
    GroupMember.objects.all().delete()


def _take_connector_away(program: Program) -> None:
    program.token.app_connector.grants.all().delete()


def _restrict_address(program: Program) -> None:
    program.token.app_connector.ip_rules.create(action="allow", network=ip_network("192.0.2.0/24"))


def _empty_allowlist(program: Program) -> None:
    AllowlistEntry.objects.update(revoked_at=timezone.now())


def _expire_allowlist(program: Program) -> None:
    AllowlistEntry.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


def _allowlist_of_another(program: Program) -> None:
    AllowlistEntry.objects.update(participant_number="99999")


def _foreign_address(program: Program) -> None:
    program.address = "203.0.113.7"


def _block_type(program: Program) -> None:
    program.token.environment.message_types.update(blocked=True)


SETUP_FAULTS: list[tuple[Callable[[Program], None], Cause]] = [
    (_unknown_token, Cause.TOKEN_UNKNOWN),
    (_delete_token, Cause.TOKEN_DELETED),
    (_expire_token, Cause.TOKEN_EXPIRED),
    (_block_user, Cause.USER_BLOCKED),
    (_block_connector, Cause.CONNECTOR_BLOCKED),
    (_leave_group, Cause.USER_NOT_IN_GROUP),
    (_take_connector_away, Cause.CONNECTOR_NOT_GRANTED),
    (_restrict_address, Cause.ADDRESS_RESTRICTED),
    (_empty_allowlist, Cause.ADDRESS_NOT_ALLOWLISTED),
    (_expire_allowlist, Cause.ADDRESS_NOT_ALLOWLISTED),
    (_allowlist_of_another, Cause.ADDRESS_NOT_ALLOWLISTED),
    (_foreign_address, Cause.ADDRESS_NOT_ALLOWLISTED),
    (_block_type, Cause.MESSAGE_TYPE_BLOCKED),
]


@pytest.mark.parametrize(("break_it", "cause"), SETUP_FAULTS, ids=lambda value: getattr(value, "__name__", None))
def test_a_fault_in_the_set_up_refuses_over_soap(
    program: Program, break_it: Callable[[Program], None], cause: Cause
) -> None:
    break_it(program)

    response = program.soap(externalMessageId="EXT-9")

    entry = LogEntry.objects.get()
    assert response.status_code == 500
    assert soap_fault(response) == (cause.value.caller, entry.public_reference)
    assert (entry.explained, entry.door, entry.method) == (cause, "soap", "UploadMessage")
    assert (entry.address, entry.token_hint) == (program.address, program.data[-4:])
    assert (entry.external_message_id, entry.message_type) == ("EXT-9", "BTW")
    assert not Message.objects.exists()


@pytest.mark.parametrize(("break_it", "cause"), SETUP_FAULTS, ids=lambda value: getattr(value, "__name__", None))
def test_a_fault_in_the_set_up_refuses_over_rest(
    program: Program, break_it: Callable[[Program], None], cause: Cause
) -> None:
    break_it(program)

    response = program.rest()

    entry = LogEntry.objects.get()
    assert (entry.explained, entry.door) == (cause, "rest")
    assert response.status_code == cause.value.answer.value
    if response.status_code in {401, 403}:
        assert response.content == b""
    else:
        assert response.json() == {
            "externalMessage": cause.value.caller,
            "errorNumber": cause.value.error_number,
            "profitLogReference": entry.public_reference,
        }
        assert base64.b64decode(response["X-PROFIT-ERROR"]).decode() == cause.value.caller
    assert not Message.objects.exists()


@pytest.mark.parametrize("break_it", [fault for fault, cause in SETUP_FAULTS if cause.value.answer.value in {401, 403}])
def test_a_stranger_cannot_tell_why_it_is_refused(program: Program, break_it: Callable[[Program], None]) -> None:
    break_it(program)

    response = program.soap()
    nobody = Program(tokens.generate(), address="198.51.100.9").soap()

    assert _without_reference(response) == _without_reference(nobody)
    assert soap_fault(response)[0] == GENERIC


def _without_reference(response: Any) -> str:
    text: str = response.content.decode().replace(soap_fault(response)[1], "")
    return text


SENDER_FAULTS: list[tuple[dict[str, str], Cause]] = [
    ({"token": ""}, Cause.TOKEN_MISSING),
    ({"token": "<token><version>1</version><data>949C</data></token>"}, Cause.TOKEN_MALFORMED),
    ({"token": "x" * 5000}, Cause.TOKEN_MALFORMED),
    ({"messageType": "XYZ"}, Cause.MESSAGE_TYPE_UNKNOWN),
    ({"messageType": ""}, Cause.MESSAGE_TYPE_UNKNOWN),
    ({"externalMessageId": ""}, Cause.EXTERNAL_ID_MISSING),
    ({"externalMessageId": "x" * 201}, Cause.EXTERNAL_ID_MISSING),
    ({"externalMessageId": " \n "}, Cause.EXTERNAL_ID_MISSING),
    ({"messageContent": ""}, Cause.CONTENT_MISSING),
    ({"messageContent": "  \n"}, Cause.CONTENT_MISSING),
    ({"messageContent": "no XML, no base64!"}, Cause.CONTENT_UNREADABLE),
    ({"messageContent": base64.b64encode(b"MZ executable").decode()}, Cause.CONTENT_UNREADABLE),
    ({"messagePdf": "%%%"}, Cause.CONTENT_UNREADABLE),
    ({"environmentId": "O11111AA"}, Cause.OTHER_CUSTOMER_ENVIRONMENT),
    ({"environmentId": "Kantoor De Vries"}, Cause.ENVIRONMENT_MALFORMED),
]


@pytest.mark.parametrize(("fields", "cause"), SENDER_FAULTS)
def test_a_fault_of_the_sender_is_refused_and_logged(program: Program, fields: dict[str, str], cause: Cause) -> None:
    response = program.soap(**fields)

    entry = LogEntry.objects.get()
    assert soap_fault(response) == (cause.value.caller, entry.public_reference)
    assert entry.explained is cause
    assert not Message.objects.exists()


@pytest.mark.parametrize("external_id", ["a\x01", "\x00", "\x1f1", "\uffff"])
def test_an_id_that_no_soap_answer_could_name_is_refused_over_rest_too(program: Program, external_id: str) -> None:
    response = program.rest(externalMessageId=external_id)

    assert response.json()["externalMessage"] == Cause.EXTERNAL_ID_MISSING.value.caller
    assert not Message.objects.exists()


def test_a_forged_forwarded_address_is_not_believed(program: Program) -> None:
    body = b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><x/></s:Body></s:Envelope>'

    Client().post(
        SOAP_PATH, body, content_type="text/xml", REMOTE_ADDR="203.0.113.7", headers={"x-forwarded-for": "127.0.0.1"}
    )

    assert LogEntry.objects.get().address == "203.0.113.7"


def test_equal_refusals_within_a_minute_are_counted_on_one_entry(program: Program) -> None:
    references = {soap_fault(program.soap(token=""))[1] for _ in range(5)}

    entry = LogEntry.objects.latest("repeats")
    assert LogEntry.objects.count() <= 2  # the minute may turn
    assert entry.public_reference in references
    assert sum(LogEntry.objects.values_list("repeats", flat=True)) == 5


def test_the_log_names_what_would_have_passed(program: Program) -> None:
    program.address = "203.0.113.7"

    program.soap()

    entry = LogEntry.objects.get()
    assert entry.evidence == {
        "version": 2,
        "rule": "address",
        "observed": "203.0.113.7",
        "allowed": ["127.0.0.1"],
        "owner": "support",
        "fix": "submit_incident",
    }
    assert (entry.environment, entry.token) == (program.token.environment, program.token)


def test_hostile_text_from_a_caller_is_bounded_in_the_log(program: Program) -> None:
    program.client.defaults["HTTP_USER_AGENT"] = "bad\x1b[31m" + "x" * 5000

    program.soap(messageType="\t<script>" + "y" * 500)

    entry = LogEntry.objects.get()
    assert (len(entry.client), len(entry.message_type)) == (200, 40)
    assert "\x1b" not in entry.client


def test_the_log_counts_the_digits_of_a_token_that_was_not_copied_whole(program: Program) -> None:
    program.soap(token=f"<token><version>1</version><data>{program.data[:60]}</data></token>")

    evidence = LogEntry.objects.get().evidence
    assert (evidence["observed"], evidence["allowed"], evidence["unit"]) == (60, 64, "digits")
    assert program.data[:8] not in str(evidence)


def test_what_is_refused_again_is_open_again(program: Program) -> None:
    program.soap(messageType="XYZ")
    LogEntry.objects.update(resolved_at=timezone.now(), resolution="elsewhere")

    program.soap(messageType="XYZ")

    # The minute may turn; then the second refusal is an entry of its own, which nobody solved.
    newest = LogEntry.objects.latest("pk")
    assert (newest.resolved_at, newest.resolution) == (None, "")
