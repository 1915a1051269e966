"""Make the baseline's tables and its one user, and print that user's token."""

from __future__ import annotations

import sys

import django
from django.core.management import call_command


def main() -> None:
    """Run once, on an empty database."""
    django.setup()
    call_command("migrate", verbosity=0)
    # What has no migrations refers to what has.
    call_command("migrate", run_syncdb=True, verbosity=0)
    from django.contrib.auth.models import User  # after setup
    from knox.models import AuthToken

    from tests.bench.baseline.models import AllowedAddress, MessageType

    user = User.objects.create_user("baseline")
    AllowedAddress.objects.create(user=user, address="127.0.0.1")
    MessageType.objects.create(code="BTW", blocked=False)
    sys.stdout.write(AuthToken.objects.create(user=user, expiry=None)[1])


if __name__ == "__main__":
    main()
