"""What the gateway tells a program about itself (`/profitversion`, `/metainfo`), in the vendor's house style."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from connectors.authentication import Grant
from connectors.models import AppConnector, Connector
from messaging.actions.receive import LONGEST_EXTERNAL_ID
from messaging.gateway.listing import FIELDS

VERSION = "0.1.0"
# The wire speaks Dutch, whatever the language of the portal.
DESCRIPTION = "Externe berichten aanleveren en volgen"
_LABELS = {
    "messageType": "Berichtsoort",
    "externalMessageId": "Id van het bericht bij de afzender",
    "messageContent": "Inhoud: XML als tekst, of base64",
    "messagePdf": "PDF in base64",
    "environmentId": "Omgevingscode van de afzender",
    "messageId": "Id van het bericht",
    "status": "Status",
    "description": "Omschrijving van de status",
    "changedAt": "Status sinds",
    "receivedAt": "Ontvangen",
    "logReference": "Logreferentie",
}
_SENT = {"messageType": 3, "externalMessageId": LONGEST_EXTERNAL_ID, "messageContent": 0, "messagePdf": 0}
_SENT |= {"environmentId": 8}
_MANDATORY = frozenset({"messageType", "externalMessageId", "messageContent"})
_SHOWN = {"messageId": 32, "externalMessageId": LONGEST_EXTERNAL_ID, "messageType": 3, "status": 0, "description": 0}
_SHOWN |= {"changedAt": 0, "receivedAt": 0, "logReference": 32}
_TYPES = {"status": "int", "changedAt": "date", "receivedAt": "date"}


def version() -> dict[str, str]:
    """Return the answer of `/profitversion`."""
    return {"version": VERSION}


def overview(grant: Grant) -> dict[str, Any]:
    """Return the connectors that a credential may call, and what it belongs to."""
    connectors = [{"id": name, "description": DESCRIPTION} for name in sorted(grant.connectors)]
    connector = AppConnector.objects.select_related("group").get(pk=grant.app_connector_id)
    expires = grant.expires_at
    return {
        "updateConnectors": connectors,
        "getConnectors": connectors,
        "info": {
            "envid": grant.environment_code,
            "appName": connector.description,
            "group": connector.group.name,
            "tokenExpiry": timezone.localtime(expires).date().isoformat() if expires else "0",
        },
    }


def update_fields(grant: Grant) -> dict[str, Any]:
    """Return the fields of a message that is sent; the message types are those of the environment that are open."""
    codes = sorted(code for code, kind in grant.message_types.items() if not kind.blocked)
    return {
        "id": Connector.COMM_SVC.value,
        "name": Connector.COMM_SVC.value,
        "description": DESCRIPTION,
        "fields": [
            {
                "fieldId": name,
                "primaryKey": False,
                "dataType": "string",
                "label": _LABELS[name],
                "mandatory": name in _MANDATORY,
                "length": length,
                "decimals": 0,
                "decimalsFieldId": "",
                "notzero": False,
                "controlType": 0,
                "values": [{"id": code, "description": code} for code in codes] if name == "messageType" else [],
            }
            for name, length in _SENT.items()
        ],
        "objects": [],
    }


def get_fields() -> dict[str, Any]:
    """Return the fields of a message in a list."""
    return {
        "name": Connector.COMM_SVC.value,
        "description": DESCRIPTION,
        "fields": [
            {
                "id": name,
                "fieldId": name,
                "dataType": _TYPES.get(name, "string"),
                "label": _LABELS[name],
                "length": length,
                "controlType": 0,
                "decimals": 0,
                "filterable": name in FIELDS,
            }
            for name, length in _SHOWN.items()
        ],
    }
