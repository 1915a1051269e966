"""Addresses of workflows, of what people do with a message in one, and of what waits for them."""

from __future__ import annotations

from django.urls import URLPattern, path

import messaging.converters  # noqa: F401  # it registers `ref`
from messaging.views import bulk, routing, tasks, workflow_steps, workflows

TASKS = "<env:code>/mijn-taken"
MESSAGE = "<env:code>/berichten/<ref:message_id>"
WORKFLOWS = "<env:code>/beheer/workflows"
DRAFT = f"{WORKFLOWS}/<int:pk>/concept"
STEP = f"{DRAFT}/stappen/<int:step_pk>"

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
    path(f"{WORKFLOWS}/", workflows.workflow_list, name="workflow_list"),
    path(f"{WORKFLOWS}/nieuw/", workflows.workflow_add, name="workflow_add"),
    path(f"{WORKFLOWS}/<int:pk>/", workflows.workflow_detail, name="workflow_detail"),
    path(f"{WORKFLOWS}/<int:pk>/naam/", workflows.workflow_rename, name="workflow_rename"),
    path(f"{DRAFT}/", workflows.draft_start, name="draft_start"),
    path(f"{DRAFT}/weggooien/", workflows.draft_discard, name="draft_discard"),
    path(f"{DRAFT}/publiceren/", workflows.draft_publish, name="draft_publish"),
    path(f"{DRAFT}/stappen/nieuw/", workflow_steps.step_add, name="step_add"),
    path(f"{STEP}/", workflow_steps.step_edit, name="step_edit"),
    path(f"{STEP}/omhoog/", workflow_steps.step_up, name="step_up"),
    path(f"{STEP}/omlaag/", workflow_steps.step_down, name="step_down"),
    path(f"{STEP}/verwijderen/", workflow_steps.step_delete, name="step_delete"),
]
