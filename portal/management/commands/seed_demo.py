"""`manage.py seed_demo`: two offices to play with."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from connectors.models import Environment
from portal.audit import acting_as
from portal.demo.deliveries import make_deliveries
from portal.demo.environments import CUSTOMERS, READY, WAITING, WAITING_CUSTOMER, make_environments, new_tokens
from portal.demo.history import make_history, make_refusals
from portal.demo.incidents import make_fix_times, make_incidents
from portal.demo.people import PEOPLE, demo_password, ensure_people
from portal.demo.tasks import make_tasks
from portal.notices import silenced

_CUSTOMERS_OF = {READY: CUSTOMERS, WAITING: (WAITING_CUSTOMER,)}


class Command(BaseCommand):
    help = (
        "Make the demo: two accountancy environments with people, tokens and messages. Once made it stays as it is, "
        "but for its tokens: they exist in plain in this command's output only, so each run makes new ones."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("This is production (PRODUCTION is set): no demo is made here.")
        with acting_as("seed_demo"), silenced():
            report = make_demo()
        self.stdout.write(json.dumps(report, indent=2) if options["format"] == "json" else _as_text(report))


@transaction.atomic
def make_demo() -> dict[str, Any]:
    """Make what is missing of the demo and return its report, the only place with its tokens in plain."""
    people = ensure_people()
    is_new = not Environment.objects.filter(code=READY).exists()
    if is_new:
        secrets = make_environments(people)
        ready = Environment.objects.get(code=READY)
        make_history(ready, people, now=timezone.now())
        make_tasks(ready, people, now=timezone.now())
        make_deliveries(ready, people)
        make_refusals(ready)
        make_incidents(ready, Environment.objects.get(code=WAITING), people)
        make_fix_times(ready, now=timezone.now())
    else:
        secrets = new_tokens(people)
    environments = Environment.objects.filter(code__in=_CUSTOMERS_OF).order_by("code")
    return {
        "url": settings.PORTAL_URL,
        "endpoints": {
            "soap": f"{settings.PORTAL_URL}/ProfitServices/AppConnectorCommSvc.asmx",
            "rest": f"{settings.PORTAL_URL}/ProfitRestServices",
        },
        "users": [
            {"role": person.role, "username": person.username, "password": demo_password(person)} for person in PEOPLE
        ],
        "environments": [
            {"code": found.code, "participant": found.participant_number, "name": found.name} for found in environments
        ],
        "tokens": [
            {"environment": code, "customer_environment": customer, "value": secrets[customer]}
            for code, customers in _CUSTOMERS_OF.items()
            for customer in customers
            if customer in secrets
        ],
        "note": "The demo has been made."
        if is_new
        else "The demo was there already; its tokens are new, the earlier ones have been deleted.",
    }


def _as_text(report: dict[str, Any]) -> str:
    lines = [report["note"], "", f"Portal  {report['url']}"]
    lines += [f"{name.upper():7} {address}" for name, address in report["endpoints"].items()]
    lines += ["", "Users (role: name, password)"]
    lines += [f"  {user['role']}: {user['username']}, {user['password']}" for user in report["users"]]
    lines += ["", "Environments"]
    lines += [f"  {found['code']}  {found['name']}" for found in report["environments"]]
    lines += ["", "Tokens, shown here only (environment <- customer environment)"]
    lines += [
        f"  {token['environment']} <- {token['customer_environment']}  {token['value']}" for token in report["tokens"]
    ]
    return "\n".join(lines)
