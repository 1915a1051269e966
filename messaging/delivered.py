"""The workflows that every environment is delivered with. Their names are data that people see and may change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.models import Role


@dataclass(frozen=True)
class Delivered:
    """A workflow with the fields of its steps, in order."""

    name: str
    steps: tuple[dict[str, Any], ...]


# One step in which an assessor approves or rejects.
APPROVE = Delivered(
    "Accorderen",
    ({"name": "Accorderen", "role": Role.BEHANDELAAR, "actions": ["approve", "reject"]},),
)
# Somebody checks, and somebody else approves.
CHECK_AND_APPROVE = Delivered(
    "Controleren en accorderen",
    (
        {
            "name": "Controleren",
            "role": Role.BEHANDELAAR,
            "actions": ["forward", "reject", "ask"],
            "deadline_days": 3,
        },
        {
            "name": "Accorderen",
            "role": Role.BEHANDELAAR,
            "actions": ["approve", "reject", "return", "ask"],
            "deadline_days": 3,
            "four_eyes": True,
        },
    ),
)
DELIVERED = (APPROVE, CHECK_AND_APPROVE)
