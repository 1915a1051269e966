"""TLS of webhooks: only a certificate that is trusted, of the host and in date, gets to see a message."""

from __future__ import annotations

import contextlib
import datetime as dt
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connectors.causes import Cause
from messaging.delivery.addresses import read_url
from messaging.delivery.connection import Connection
from messaging.delivery.failures import DeliveryFailed
from messaging.delivery.webhook import Answer, Parcel, send
from tests.messaging.delivery.receiver import answer

PARCEL = Parcel("A" * 32, "BTW.xbrl", b"<xbrl/>", {})
ACCEPTED = answer("200 OK", b'{"status": "accepted"}')


def _certificate(folder: Path, *, name: x509.GeneralName, days: int = 1) -> Path:
    """Make a certificate that nobody but itself vouches for; with negative `days` it is over."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ontvanger")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=10))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([name]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / "ontvanger.pem"
    path.write_bytes(key.private_bytes(*form) + certificate.public_bytes(serialization.Encoding.PEM))
    return path


@contextmanager
def _receiving(certificate: Path) -> Iterator[tuple[int, list[bytes]]]:
    """Answer over TLS; yields the port, and what was heard."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    heard: list[bytes] = []

    def talk(listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            plain, _peer = listening.accept()
            with plain, context.wrap_socket(plain, server_side=True) as connection:
                while not b"".join(heard).endswith(PARCEL.content):
                    heard.append(connection.recv(65536))
                connection.sendall(ACCEPTED)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=talk, args=[listening], daemon=True)
        thread.start()
        try:
            yield listening.getsockname()[1], heard
        finally:
            thread.join(10)


def _send(port: int, trusted: Path | None) -> Answer | None:
    context = ssl.create_default_context(cafile=str(trusted)) if trusted else None
    url = read_url(f"https://127.0.0.1:{port}/")
    with closing(Connection(url, allowed=[ip_network("127.0.0.0/8")], context=context)) as connection:
        return send(PARCEL, connection, secret="geheim", seconds=10)


LOCAL = x509.IPAddress(ip_address("127.0.0.1"))


def test_a_certificate_that_is_trusted_and_of_the_host_is_good(tmp_path: Path) -> None:
    certificate = _certificate(tmp_path, name=LOCAL)
    with _receiving(certificate) as (port, heard):
        told = _send(port, certificate)

    assert (told, b"".join(heard).partition(b" ")[0]) == (Answer(True), b"POST")


@pytest.mark.parametrize(
    ("name", "days", "trusts_it"),
    [
        pytest.param(LOCAL, 1, False, id="of nobody that is trusted"),
        pytest.param(x509.DNSName("elders.example"), 1, True, id="of another host"),
        pytest.param(LOCAL, -1, True, id="out of date"),
    ],
)
def test_any_other_certificate_gets_to_see_nothing(
    tmp_path: Path, name: x509.GeneralName, days: int, trusts_it: bool
) -> None:
    certificate = _certificate(tmp_path, name=name, days=days)
    with _receiving(certificate) as (port, heard), pytest.raises(DeliveryFailed) as failure:
        _send(port, certificate if trusts_it else None)

    assert (failure.value.cause, failure.value.of_channel, heard) == (Cause.DELIVERY_NOT_TRUSTED, True, [])
