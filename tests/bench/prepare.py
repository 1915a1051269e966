"""Set up the benchmark's offices in a portal that runs; print a token."""

from __future__ import annotations

import sys

import django

BLOCKED_TYPE = "SUP"


def main() -> None:
    """Make the demo, of which one message type is blocked again."""
    django.setup()
    from django.db import transaction  # after setup, as everything below

    from connectors.models import Environment
    from messaging.actions.message_types import update_message_type
    from messaging.models import MessageType
    from portal.audit import acting_as
    from portal.demo.environments import READY
    from portal.management.commands.seed_demo import make_demo
    from portal.models import User

    with acting_as("benchmark"), transaction.atomic():
        report = make_demo()
        message_type = MessageType.objects.get(environment=Environment.objects.get(code=READY), code=BLOCKED_TYPE)
        update_message_type(
            message_type=message_type,
            blocked=True,
            workflow=message_type.workflow,
            acting_user=User.objects.get(username="beheerder"),
        )
    sys.stdout.write(next(token["value"] for token in report["tokens"] if token["environment"] == READY))


if __name__ == "__main__":
    main()
