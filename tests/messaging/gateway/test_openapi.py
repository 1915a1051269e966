"""The OpenAPI document tells the truth: whatever is asked, the answer is one that it describes."""

from __future__ import annotations

import json
import re
import string
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messaging.gateway.listing import FIELDS
from messaging.gateway.rest_view import METHODS_AT, METHODS_BELOW
from messaging.models import LogEntry, Message
from tests.factories import MessageFactory
from tests.messaging.gateway.conftest import RETURN, Program

pytestmark = pytest.mark.django_db

BASE = "/ProfitRestServices"
DOCUMENT: dict[str, Any] = Client().get(f"{BASE}/OpenAPI.json").json()
_TYPES = {"object": dict, "array": list, "string": str, "boolean": bool}


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    """Return a part of the document, or what it refers to."""
    while "$ref" in part:
        found: Any = DOCUMENT
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        part = found
    return part


def differences(value: Any, schema: dict[str, Any], at: str = "answer") -> list[str]:
    """Return where a value differs from its schema, as far as this document uses JSON Schema."""
    schema = resolved(schema)
    kind = schema.get("type")
    fits = isinstance(value, int) and not isinstance(value, bool) if kind == "integer" else True
    if not fits or (kind in _TYPES and not isinstance(value, _TYPES[kind])):
        return [f"{at} is no {kind}"]
    wrong = [
        f"{at}: {rule}"
        for rule, holds in {
            "const": "const" not in schema or value == schema["const"],
            "enum": "enum" not in schema or value in schema["enum"],
            "pattern": "pattern" not in schema or re.search(schema["pattern"], value),
            "minimum": "minimum" not in schema or value >= schema["minimum"],
            "maximum": "maximum" not in schema or value <= schema["maximum"],
            "exclusiveMaximum": "exclusiveMaximum" not in schema or value < schema["exclusiveMaximum"],
            "maxItems": "maxItems" not in schema or len(value) <= schema["maxItems"],
        }.items()
        if not holds
    ]
    if isinstance(value, list):
        wrong += [line for item in value for line in differences(item, schema.get("items", {}), f"{at}[]")]
    if isinstance(value, dict):
        known = schema.get("properties", {})
        wrong += [f"{at}.{name} is missing" for name in schema.get("required", []) if name not in value]
        if schema.get("additionalProperties") is False:
            wrong += [f"{at}.{name} is not described" for name in value if name not in known]
        for name in value.keys() & known.keys():
            wrong += differences(value[name], known[name], f"{at}.{name}")
    return wrong


def check(response: Any, path: str, method: str) -> None:
    """Assert that the answer is one that the document describes for this operation."""
    described = DOCUMENT["paths"][path][method]["responses"]
    assert str(response.status_code) in described, response.content
    answer = resolved(described[str(response.status_code)])
    for name, header in answer.get("headers", {}).items():
        assert name in response.headers or not header["required"]
    if "content" not in answer:
        assert response.content == b""
        return
    assert response["Content-Type"] == "application/json; charset=utf-8"
    assert differences(response.json(), answer["content"]["application/json"]["schema"]) == []
    if response.status_code == 500:
        assert LogEntry.objects.filter(reference=response.json()["profitLogReference"]).exists()


# The document ---------------------------------------------------------------------------------------------------------


def test_the_document_is_open_to_all_and_kept_by_no_cache() -> None:
    response = Client().get(f"{BASE}/openapi.json")

    assert (response.status_code, response["Content-Type"]) == (200, "application/json; charset=utf-8")
    assert response["Cache-Control"] == "no-store"
    assert response.json()["openapi"] == "3.1.0"


def test_the_document_names_every_address_and_method() -> None:
    described = {path.lower().lstrip("/"): {*map(str.upper, methods)} for path, methods in DOCUMENT["paths"].items()}

    served = {path: {*methods} for path, methods in METHODS_AT.items()}
    served |= {
        "connectors/commsvcconnector/messageid/{messageid}": {"GET"},
        "metainfo/update/commsvcconnector": {"GET"},
        "metainfo/get/commsvcconnector": {"GET"},
    }
    assert described == served
    assert len(METHODS_BELOW) == 4  # those three, and every connector that does not exist


def test_every_reference_leads_somewhere_and_every_operation_has_an_id_of_its_own() -> None:
    references = re.findall(r'"\$ref": "([^"]+)"', json.dumps(DOCUMENT))
    ids = [operation["operationId"] for path in DOCUMENT["paths"].values() for operation in path.values()]

    assert all(resolved({"$ref": reference}) for reference in references)
    assert len(ids) == len(set(ids))


def test_a_row_that_is_not_described_would_be_seen() -> None:
    schema = {"$ref": "#/components/schemas/Version"}

    assert differences({"version": 1, "x": 2}, schema) == ["answer.x is not described", "answer.version is no string"]
    assert differences({}, schema) == ["answer.version is missing"]


# Any request ----------------------------------------------------------------------------------------------------------

OPERATIONS = [
    (path, method) for path, methods in DOCUMENT["paths"].items() for method in methods if path != "/openapi.json"
]
_QUERY = sorted(
    {
        parameter["name"]
        for path in DOCUMENT["paths"].values()
        for operation in path.values()
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "query"
    }
)
_VALUES = (
    st.sampled_from(
        ["", "0", "-1", "1", "10", "BTW", "1,1", "1;1", "2026-01-01", "status,messageType", "%00", "O67890AA"]
    )
    | st.sampled_from([*FIELDS])
    | st.text(max_size=20)
    | st.integers().map(str)
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
_FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "messageType": _VALUES | _JSON,
        "externalMessageId": _VALUES | _JSON,
        "messageContent": st.sampled_from([RETURN.decode(), "<a/>", "PGEvPg==", ""]) | _JSON,
        "messagePdf": _VALUES | _JSON,
        "environmentId": _VALUES | _JSON,
    },
)
_BODIES = (_FIELDS | _JSON).map(lambda value: json.dumps(value).encode()) | st.binary(max_size=50)
_CONTENT_TYPES = st.sampled_from(
    ["application/json", "text/plain", "application/xml", "application/zip", "", "x/y; charset=utf-16"]
)
_BOUNDED = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
@_BOUNDED
@given(data=st.data())
def test_every_answer_is_one_that_the_document_describes(
    program: Program, path: str, method: str, data: st.DataObject
) -> None:
    query = data.draw(st.dictionaries(st.sampled_from(_QUERY), _VALUES, max_size=4))
    ids = st.sampled_from([str(pk) for pk in Message.objects.values_list("pk", flat=True)] or ["0"])
    message_id = data.draw(ids | st.text(string.hexdigits + "{}-é", min_size=1, max_size=40))
    address = f"{BASE}{path.format(messageId=message_id)}?{urlencode(query)}"

    if method == "get":
        response = program.get(address)
    else:
        body, content_type = data.draw(_BODIES), data.draw(_CONTENT_TYPES)
        headers = {"authorization": program.authorization}
        response = program.client.generic("POST", address, body, content_type, headers=headers)

    check(response, path, method)


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
@_BOUNDED
@given(
    authorization=st.text(st.characters(max_codepoint=255), max_size=200) | st.just("AfasToken ").map(lambda s: s + "A")
)
def test_no_made_up_credential_is_let_in(connector: object, path: str, method: str, authorization: str) -> None:
    response = getattr(Client(), method)(
        BASE + path.format(messageId="0A"), headers={"authorization": authorization}, REMOTE_ADDR="127.0.0.1"
    )

    assert (response.status_code, response.content) == (401, b"")


def test_a_message_that_fits_the_document_is_taken_and_found(program: Program) -> None:
    MessageFactory(token=program.token)
    path = "/connectors/CommSvcConnector"

    sent = program.rest(externalMessageId="1")
    listed, one = (
        program.get(BASE + path),
        program.get(f"{BASE}{path}/messageId/{Message.objects.latest('pk').public_id}"),
    )

    assert (sent.status_code, listed.status_code, one.status_code) == (201, 200, 200)
    check(sent, path, "post")
    check(listed, path, "get")
    check(one, path + "/messageId/{messageId}", "get")
