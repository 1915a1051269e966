"""Addresses of what people do with a message in its workflow, and of what waits for them."""

from __future__ import annotations

from django.urls import URLPattern, path

import messaging.converters  # noqa: F401  # it registers `ref`
from messaging.views import bulk, routing, tasks

TASKS = "<env:code>/mijn-taken"
MESSAGE = "<env:code>/berichten/<ref:message_id>"

urlpatterns: list[URLPattern] = [
    path(f"{TASKS}/", tasks.task_list, name="task_list"),
    path(f"{TASKS}/aantal/", tasks.task_number, name="task_number"),
    path(f"{TASKS}/goedkeuren/", bulk.bulk_preview, name="bulk_preview"),
    path(f"{TASKS}/goedkeuren/uitvoeren/", bulk.bulk_run, name="bulk_run"),
    path(f"{TASKS}/goedkeuren/<slug:run>/", bulk.bulk_result, name="bulk_result"),
    path(f"{MESSAGE}/doorzetten/", routing.message_forward, name="message_forward"),
    path(f"{MESSAGE}/terugzetten/", routing.message_return, name="message_return"),
    path(f"{MESSAGE}/vragen/", routing.message_ask, name="message_ask"),
    path(f"{MESSAGE}/antwoorden/", routing.message_answer, name="message_answer"),
    path(f"{MESSAGE}/vraag-intrekken/", routing.message_withdraw, name="message_withdraw"),
]
