"""`manage.py send_message` against a real server: it sends, follows, and says in words why not."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from connectors import tokens
from connectors.causes import Cause
from connectors.models import AllowlistEntry
from messaging.models import LogEntry, Message
from messaging.processing import process_batch
from messaging.sender.client import Refusal, base_of
from messaging.sender.explain import LOOK, explain
from messaging.statuses import Status
from tests.messaging.gateway.conftest import DOCUMENTS, Program, connector, program
from tests.served import served

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["connector", "program"]

RETURN = DOCUMENTS / "btw-2025-03-all-rubrieken.xbrl"


class Desk:
    """Somebody at a terminal with a token in a file."""

    def __init__(self, program: Program, url: str, folder: Path) -> None:
        self.program, self.url = program, url
        self.token_file = folder / "token"
        self.token_file.write_text(tokens.wrap(program.data) + "\n")
        self.said = StringIO()

    def send(self, *options: str, file: Path = RETURN) -> None:
        arguments = [str(file), f"--url={self.url}", f"--token-file={self.token_file}", "--wait=0", *options]
        call_command("send_message", *arguments, stdout=self.said)

    def fails(self, *options: str, file: Path = RETURN) -> tuple[int, str]:
        """Send, and return the exit status and what was said about it."""
        with pytest.raises(CommandError) as caught:
            self.send(*options, file=file)
        assert self.program.data not in self.said.getvalue() + str(caught.value)
        return caught.value.returncode, str(caught.value)


@pytest.fixture(scope="module")
def port(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    with django_db_blocker.unblock(), served() as port:
        yield port


@pytest.fixture
def desk(program: Program, port: int, tmp_path: Path) -> Desk:
    return Desk(program, f"http://127.0.0.1:{port}", tmp_path)


@pytest.mark.parametrize("form", ["--rest", "--soap"])
def test_a_document_is_sent_and_followed_until_it_is_in_the_workflow(desk: Desk, form: str) -> None:
    undecided = desk.fails(form, "--external-id=A-1", "--environment=O67890AA")
    process_batch()
    desk.send(form, "--external-id=A-1")

    message = Message.objects.select_related("content", "message_type").get()
    assert undecided == (4, "Still under way after 0 seconds. The message is safe; its worker may be busy or stopped.")
    assert bytes(message.content.content) == RETURN.read_bytes()
    assert (message.message_type.code, message.sender_environment) == ("BTW", "O67890AA")
    assert desk.said.getvalue().splitlines()[-3:] == [
        "Sending btw-2025-03-all-rubrieken.xbrl as BTW, id A-1.",
        f"Stored for certain: message {message.public_id}.",
        "  30 Bericht in workflow",
    ]


@pytest.mark.parametrize("form", ["--rest", "--soap"])
def test_a_rejected_message_is_told_with_its_log_reference(desk: Desk, form: str) -> None:
    wrong = ("--type=ICP", "--external-id=A-1", form)
    desk.fails(*wrong)
    process_batch()

    status, text = desk.fails(*wrong)

    reference = LogEntry.objects.get().public_reference
    assert Message.objects.get().status == Status.REJECTED
    assert status == 3
    assert text.endswith(f"look in the communicatielogboek: log reference {reference}.")


@pytest.mark.parametrize("form", ["--rest", "--soap"])
def test_a_refusal_is_explained_with_its_log_reference(desk: Desk, form: str) -> None:
    desk.program.token.environment.message_types.update(blocked=True)

    status, text = desk.fails(form)

    reference = LogEntry.objects.get().public_reference
    assert status == 2
    solve = "Link a workflow to the message type and clear its check box Blocked."
    assert text.splitlines() == [
        "Refused (HTTP 500): De berichtsoort is geblokkeerd.",
        "The message type is blocked.",
        f"The administrator of this environment can solve this: {solve}",
        f"{LOOK}: log reference {reference}.",
    ]


def test_an_unknown_token_and_a_foreign_address_are_told_apart_over_rest(desk: Desk) -> None:
    AllowlistEntry.objects.all().delete()
    address = desk.fails()
    desk.token_file.write_text(tokens.generate())
    token = desk.fails()

    assert (address[0], token[0]) == (2, 2)
    assert "The token is valid, but this computer's address is not allowed" in address[1]
    assert "does not recognise this token" in token[1]


def test_over_soap_the_gateway_does_not_say_which(desk: Desk) -> None:
    AllowlistEntry.objects.all().delete()

    status, text = desk.fails("--soap")

    assert status == 2
    assert "The gateway says nothing about the cause" in text
    assert LogEntry.objects.get().public_reference in text


def test_a_missing_connector_is_told_as_such(desk: Desk) -> None:
    desk.program.token.app_connector.grants.all().delete()
    status, text = desk.fails()

    assert (status, text.splitlines()[1]) == (
        2,
        "The connector CommSvcConnector is not on the list of the app connector.",
    )


def test_without_a_server_the_address_is_questioned(desk: Desk) -> None:
    desk.url = "http://127.0.0.1:9"

    status, text = desk.fails()

    assert status == 1
    assert text.startswith("No answer from http://127.0.0.1:9: ")


def test_what_is_wrong_with_the_files_is_said(desk: Desk, tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear sir")
    unknown = desk.fails(file=letter)
    missing = desk.fails(file=tmp_path / "none.xbrl")
    desk.token_file.write_text("secret-but-no-token")
    token = desk.fails()
    desk.token_file.unlink()
    none = desk.fails()

    assert [status for status, _text in (unknown, missing, token, none)] == [1, 1, 1, 1]
    assert unknown[1].endswith("say it with --type.")
    assert missing[1].endswith("cannot be read: No such file or directory.")
    assert "holds no token" in token[1]
    assert "secret-but" not in token[1]
    assert none[1].endswith("cannot be read.")


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://portal.example", "https://portal.example"),
        ("https://portal.example:8443/ProfitServices/AppConnectorCommSvc.asmx?WSDL", "https://portal.example:8443"),
        ("127.0.0.1:8000", "http://127.0.0.1:8000"),
    ],
)
def test_any_address_of_the_portal_will_do(url: str, base: str) -> None:
    assert base_of(url) == base


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x", "", "https://user:secret@x"])
def test_an_address_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"^$"):
        base_of(url)


@pytest.mark.parametrize("status", [401, 403, 404, 405, 413, 500, 503])
def test_every_answer_has_an_explanation(status: int) -> None:
    lines = explain(Refusal(status))

    assert lines[0] == f"Refused (HTTP {status})."
    assert len(lines) > 1


def test_every_text_of_its_own_leads_to_its_cause() -> None:
    for cause in Cause:
        told = cause.value
        if told.answer.value == 500 and told.error_number != -2147180999 and cause is not Cause.CONNECTOR_UNKNOWN:
            assert str(told.text) in explain(Refusal(500, told.caller, told.error_number))
