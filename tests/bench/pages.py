"""How long pages take in the database that `DATABASE_URL` names, in ms, as JSON: `python -m tests.bench.pages`.

The whole view in this process, queries and templates with it, as the web server would run it. The fastest of several:
what the page takes when nothing else wants the machine.
"""

from __future__ import annotations

import json
import sys
import time

import django

_TIMES = 15


def main() -> None:
    """Measure, and print a time per page."""
    django.setup()
    from django.test import Client  # after setup, as everything below
    from django.urls import reverse

    from messaging.filters import first_id_at
    from messaging.models import Message
    from portal.demo.environments import READY
    from portal.models import User

    def client_of(username: str) -> Client:
        client = Client(headers={"host": "localhost"})
        client.force_login(User.objects.get(username=username))
        return client

    administrator, assessor = client_of("beheerder"), client_of("behandelaar")
    messages = Message.objects.filter(environment__code=READY).order_by("id")
    oldest, newest = messages[0], messages.reverse()[0]
    half_way = oldest.received_at + (newest.received_at - oldest.received_at) / 2
    middle = messages.get(pk=messages.filter(pk__gte=first_id_at(half_way)).values("pk")[:1])
    lists, tasks = reverse("messaging:message_list", args=[READY]), reverse("messaging:task_list", args=[READY])
    asked = {
        "messages": (administrator, lists),
        "messages, half way": (administrator, f"{lists}?after={middle.public_id}"),
        "messages, one status": (administrator, f"{lists}?status=40"),
        "messages, type of all": (administrator, f"{lists}?type=BTW"),
        "messages, type of none": (administrator, f"{lists}?type=ICP"),
        "tasks": (assessor, tasks),
        "message": (administrator, reverse("messaging:message_detail", args=[READY, middle.pk])),
        "communication log": (administrator, reverse("messaging:log_list", args=[READY])),
    }
    sys.stdout.write(json.dumps({name: _measure(client, url) for name, (client, url) in asked.items()}))


def _measure(client: object, url: str) -> float:
    taken = []
    for _ in range(_TIMES + 2):
        started = time.perf_counter()
        response = client.get(url)  # type: ignore[attr-defined]
        taken.append((time.perf_counter() - started) * 1000)
        if response.status_code != 200:
            sys.exit(f"{url}: {response.status_code}")
    return min(taken[2:])


if __name__ == "__main__":
    main()
