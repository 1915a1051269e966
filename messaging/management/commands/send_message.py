"""`manage.py send_message FILE --url URL --token-file FILE`: send a document as a customer environment would."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations

from connectors import tokens
from messaging.sender.client import Gateway, NoAnswer, Parcel, Progress, Refusal, RestGateway, SoapGateway, base_of
from messaging.sender.explain import LOOK, explain
from messaging.statuses import Status
from messaging.xbrl.errors import XbrlError
from messaging.xbrl.reader import read_document

# Exit statuses beside 0 (in the workflow) and 1 (wrong use, or no answer).
REFUSED, REJECTED, UNDECIDED = 2, 3, 4
_UNDER_WAY = frozenset({Status.REGISTERED, Status.PROCESSING})


class Command(BaseCommand):
    help = (
        "Send a document to a gateway and follow it until it is in the workflow. Exit status: 0 in the workflow, "
        "1 no answer or wrong use, 2 refused, 3 rejected after it was stored, 4 still under way when the time was over."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the document: XBRL, inline XBRL or a ZIP report package")
        parser.add_argument("--url", required=True, help="address of the portal, such as https://portal.example")
        parser.add_argument("--token-file", type=Path, required=True, help="file with the whole token, or its 64 signs")
        parser.add_argument("--type", default="", help="message type; by default what the document says that it is")
        parser.add_argument("--environment", default="", help="environment code of the sender")
        parser.add_argument("--external-id", default="", help="the sender's own id; by default a new one")
        parser.add_argument("--wait", type=float, default=60, help="seconds to follow the message (60)")
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--soap", action="store_true", help="speak SOAP")
        form.add_argument("--rest", action="store_true", help="speak REST (the default)")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        gateway = _gateway(options["url"], _token(options["token_file"]), soap=options["soap"])
        parcel = _parcel(options)
        try:
            self.stdout.write(f"Sending {options['file'].name} as {parcel.message_type}, id {parcel.external_id}.")
            message_id = gateway.send(parcel)
            self.stdout.write(f"Stored for certain: message {message_id}.")
            last = self._follow(gateway, message_id, seconds=options["wait"])
        except Refusal as refusal:
            raise CommandError("\n".join(explain(refusal)), returncode=REFUSED) from None
        except NoAnswer as error:
            raise CommandError(f"No answer from {options['url']}: {error}. Is this the right address?") from None
        _finish(last, options["wait"])

    def _follow(self, gateway: Gateway, message_id: str, *, seconds: float) -> Progress:
        """Ask until the message is decided on or the time is over, and show each new status."""
        deadline = time.monotonic() + seconds
        shown, pause = None, 0.2
        while True:
            progress = gateway.ask(message_id)
            if progress.status != shown:
                self.stdout.write(f"  {progress.status} {progress.description}")
                self.stdout.flush()
                shown = progress.status
            if progress.status not in _UNDER_WAY or time.monotonic() >= deadline:
                return progress
            time.sleep(pause)
            pause = min(2.0, pause * 1.5)


def _finish(last: Progress, seconds: float) -> None:
    if last.status == Status.REJECTED:
        text = "Rejected: the message was stored, but the document cannot be processed or the assessor rejected it."
        if last.reference:
            text += f"\n{LOOK}: log reference {last.reference}."
        raise CommandError(text, returncode=REJECTED)
    if last.status in _UNDER_WAY:
        raise CommandError(
            f"Still under way after {seconds:g} seconds. The message is safe; its worker may be busy or stopped.",
            returncode=UNDECIDED,
        )


def _gateway(url: str, token: str, *, soap: bool) -> Gateway:
    try:
        base = base_of(url)
    except ValueError:
        raise CommandError("--url is no address; give one such as https://portal.example") from None
    return SoapGateway(base, token) if soap else RestGateway(base, token)


def _token(file: Path) -> str:
    """Read a token; no error ever quotes the file."""
    try:
        text = file.read_text().strip()
    except (OSError, ValueError):
        raise CommandError(f"The token file {file} cannot be read.") from None
    try:
        return tokens.wrap(tokens.read_text(text if text.startswith("<") else tokens.wrap(text)))
    except tokens.TokenError:
        raise CommandError(
            f"The file {file} holds no token: it needs the whole text from <token> to </token>, or its 64 signs."
        ) from None


def _parcel(options: dict[str, Any]) -> Parcel:
    try:
        content = options["file"].read_bytes()
    except OSError as error:
        raise CommandError(f"The document {options['file']} cannot be read: {error.strerror}.") from None
    kind = options["type"].strip().upper()
    if not kind:
        try:
            kind = read_document(content).kind
        except XbrlError as error:
            raise CommandError(f"What kind of document this is cannot be seen ({error}); say it with --type.") from None
    return Parcel(content, kind, options["external_id"] or f"send-{uuid4().hex}", options["environment"])
