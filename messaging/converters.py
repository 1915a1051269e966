"""How a message id or log reference stands in an address: 32 hexadecimal characters, as people copy it."""

from __future__ import annotations

from uuid import UUID

from django.urls import register_converter

from messaging.models.messages import public_id


class PublicIdConverter:
    """`<ref:message_id>`: small letters are read too, capitals are written."""

    regex = "[0-9A-Fa-f]{32}"

    def to_python(self, value: str) -> UUID:
        return UUID(hex=value)

    def to_url(self, value: UUID | str) -> str:
        return public_id(value if isinstance(value, UUID) else UUID(value))


register_converter(PublicIdConverter, "ref")
