"""What the REST form tells about itself, and to whom; addresses and methods that do not exist."""

from __future__ import annotations

import base64
import tomllib
from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_network
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from connectors import tokens
from connectors.causes import Cause
from connectors.models import AllowlistEntry
from messaging.models import LogEntry
from tests.factories import TokenFactory
from tests.messaging.gateway.conftest import REST_PATH, Program, open_types

pytestmark = pytest.mark.django_db

BASE = "/ProfitRestServices"
ABOUT = ["/profitversion", "/metainfo", "/metainfo/update/CommSvcConnector", "/metainfo/get/CommSvcConnector"]


def test_the_version_is_the_project_s(program: Program) -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())

    response = program.get(f"{BASE}/ProfitVersion")

    assert (response.status_code, response.json()) == (200, {"version": project["project"]["version"]})


def test_metainfo_names_the_connectors_and_what_the_token_belongs_to(program: Program) -> None:
    connector = program.token.app_connector
    listed = [{"id": "CommSvcConnector", "description": "Externe berichten aanleveren en volgen"}]

    response = program.get(f"{BASE}/metainfo")

    assert response.json() == {
        "updateConnectors": listed,
        "getConnectors": listed,
        "info": {
            "envid": "O12345AB",
            "appName": connector.description,
            "group": connector.group.name,
            "tokenExpiry": "0",
        },
    }


def test_metainfo_tells_the_day_on_which_the_token_expires(program: Program) -> None:
    data = tokens.generate()
    expires = datetime(2099, 6, 30, 23, 30, tzinfo=ZoneInfo("Europe/Amsterdam"))
    TokenFactory(app_connector=program.token.app_connector, data=data, expires_at=expires)

    response = Program(data).get(f"{BASE}/metainfo")

    assert response.json()["info"]["tokenExpiry"] == "2099-06-30"


def test_metainfo_lists_a_connector_only_when_it_may_be_called(program: Program) -> None:
    program.token.app_connector.grants.all().delete()

    response = program.get(f"{BASE}/metainfo")

    assert (response.json()["updateConnectors"], response.json()["getConnectors"]) == ([], [])
    assert program.get(f"{BASE}/profitversion").status_code == 200


def test_the_fields_of_a_message_name_the_open_message_types(program: Program) -> None:
    program.token.environment.message_types.exclude(code__in=["BTW", "ICP"]).update(blocked=True)

    fields = {row["fieldId"]: row for row in program.get(f"{BASE}/metainfo/update/commsvcconnector").json()["fields"]}

    assert [name for name, row in fields.items() if row["mandatory"]] == [
        "messageType",
        "externalMessageId",
        "messageContent",
    ]
    assert [row["id"] for row in fields["messageType"]["values"]] == ["BTW", "ICP"]
    assert fields["externalMessageId"]["length"] == 200


def test_the_fields_of_the_list_are_those_of_a_row(program: Program) -> None:
    program.rest()

    fields = program.get(f"{BASE}/metainfo/get/CommSvcConnector").json()["fields"]

    row = program.get(REST_PATH).json()["rows"][0]
    assert {field["fieldId"] for field in fields} == set(row)


def test_asking_notes_the_use_of_the_token(program: Program) -> None:
    program.get(f"{BASE}/metainfo")

    program.token.refresh_from_db()
    assert program.token.last_used_address == "127.0.0.1"


# Refusals -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*ABOUT, "/connectors/CommSvcConnector", "/connectors/KnSubject"])
def test_nothing_is_told_without_a_valid_token(connector: object, path: str) -> None:
    response = Client().get(BASE + path)

    assert (response.status_code, response.content) == (401, b"")
    assert LogEntry.objects.get().explained is Cause.TOKEN_MISSING


@pytest.mark.parametrize("path", [*ABOUT, "/connectors/CommSvcConnector", "/connectors/KnSubject"])
def test_nothing_is_told_to_an_address_that_is_not_allowed(program: Program, path: str) -> None:
    AllowlistEntry.objects.update(revoked_at=timezone.now())

    response = program.get(BASE + path)

    assert (response.status_code, response.content) == (403, b"")
    assert LogEntry.objects.get().explained is Cause.ADDRESS_NOT_ALLOWLISTED


def test_ip_restrictions_hold_for_metainfo(program: Program) -> None:
    program.token.app_connector.ip_rules.create(action="allow", network=ip_network("192.0.2.0/24"))

    response = program.get(f"{BASE}/metainfo")

    assert (response.status_code, response.content) == (403, b"")


def _refused(response: object, cause: Cause) -> None:
    entry = LogEntry.objects.get()
    assert entry.explained is cause
    assert response.status_code == 500  # type: ignore[attr-defined]  # a test client's response
    assert response.json() == {  # type: ignore[attr-defined]
        "externalMessage": cause.value.caller,
        "errorNumber": cause.value.error_number,
        "profitLogReference": entry.public_reference,
    }
    header = response["X-PROFIT-ERROR"]  # type: ignore[index]
    assert base64.b64decode(header).decode() == cause.value.caller


@pytest.mark.parametrize("path", ["/metainfo/update/CommSvcConnector", "/connectors/CommSvcConnector"])
def test_a_connector_that_is_not_on_the_list_is_refused(program: Program, path: str) -> None:
    program.token.app_connector.grants.all().delete()

    response = program.get(BASE + path)

    _refused(response, Cause.CONNECTOR_NOT_GRANTED)


@pytest.mark.parametrize(
    "path", ["/connectors/KnSubject", "/connectors/Profit_Debtor?skip=0&take=5", "/metainfo/update/KnSubject"]
)
def test_a_connector_that_does_not_exist_is_refused(program: Program, path: str) -> None:
    response = program.get(BASE + path)

    _refused(response, Cause.CONNECTOR_UNKNOWN)
    observed = LogEntry.objects.get().evidence["observed"]
    assert observed == path.lower().rpartition("/")[2].partition("?")[0]


def test_sending_to_a_connector_that_does_not_exist_is_refused(program: Program) -> None:
    path = f"{BASE}/connectors/KnSubject"

    response = program.post(path, b'{"KnSubject": {}}', "application/json", authorization=program.authorization)

    _refused(response, Cause.CONNECTOR_UNKNOWN)


@pytest.mark.parametrize(
    "path", ["", "/", "/x", "/connectors", "/connectors/CommSvcConnector/x", "/connectors/CommSvcConnector/messageId/"]
)
def test_an_address_that_does_not_exist_is_not_found(program: Program, path: str) -> None:
    response = program.get(f"{BASE}{path or '/'}")

    assert (response.status_code, response.content) == (404, b"")
    assert LogEntry.objects.get().explained is Cause.PATH_UNKNOWN


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("options", "/connectors/CommSvcConnector", "GET, POST"),
        ("put", "/connectors/CommSvcConnector", "GET, POST"),
        ("delete", "/connectors/CommSvcConnector/messageId/0A", "GET"),
        ("post", "/metainfo", "GET"),
        ("options", "/connectors/KnSubject", "GET, POST, PUT, DELETE"),
    ],
)
def test_a_method_that_does_not_exist_is_told_which_do(db: None, method: str, path: str, allowed: str) -> None:
    call: Callable[..., object] = getattr(Client(), method)

    response = call(BASE + path)

    assert (response.status_code, response.content, response["Allow"]) == (405, b"", allowed)  # type: ignore[attr-defined, index]
    assert LogEntry.objects.get().explained is Cause.HTTP_METHOD_UNKNOWN


@pytest.mark.parametrize("path", ["/profitversion", "/connectors/CommSvcConnector"])
def test_head_is_get_without_its_body(program: Program, path: str) -> None:
    whole = program.get(BASE + path)

    response = program.client.head(BASE + path, headers={"authorization": program.authorization})

    assert (response.status_code, response.content) == (200, b"")
    assert response["Content-Length"] == str(len(whole.content))


def test_noise_at_made_up_addresses_is_counted_on_one_entry(db: None) -> None:
    for number in range(4):
        Client().get(f"{BASE}/{number}")

    assert LogEntry.objects.count() <= 2  # the minute may turn
    assert sum(LogEntry.objects.values_list("repeats", flat=True)) == 4


# JSON in the house style ----------------------------------------------------------------------------------------------


def test_fields_may_stand_where_the_vendor_s_client_programs_put_them(program: Program) -> None:
    open_types(program.token.environment)
    fields = b'{"messageType":"BTW","externalMessageId":7,"messageContent":"<a/>"}'
    body = b'{"CommSvcConnector":{"Element":{"Fields":' + fields + b"}}}"

    response = program.post(REST_PATH, body, "application/json", authorization=program.authorization)

    assert response.status_code == 201


@pytest.mark.parametrize(
    "fields",
    [
        b'"messageType":"\\u0000","externalMessageId":"1"',
        b'"messageType":"BTW","environmentId":"\\u0000\\u0001"',
        b'"messageType":"BTW","externalMessageId":"\\u0000"',
        b'"messageType":"BTW","externalMessageId":"\\ud800"',
    ],
)
def test_signs_that_no_database_holds_are_refused_like_any_other(program: Program, fields: bytes) -> None:
    body = b'{"messageContent":"<a/>",' + fields + b"}"

    response = program.post(REST_PATH, body, "application/json", authorization=program.authorization)

    assert response.status_code == 500
    assert response.json()["profitLogReference"] == LogEntry.objects.get().public_reference


def test_a_query_of_too_many_fields_is_refused(program: Program) -> None:
    path = f"{REST_PATH}?{'a=b&' * 2000}"

    sent = program.post(path, b"<a/>", "application/xml", authorization=program.authorization)

    _refused(sent, Cause.REQUEST_UNREADABLE)
