"""The demo: complete, repeatable, and never in production."""

from __future__ import annotations

import json
import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from connectors import tokens
from connectors.authentication import forget_grants
from connectors.causes import Cause
from messaging.delivered import CHECK_AND_APPROVE
from messaging.models import LogEntry, Message
from messaging.statuses import Status
from messaging.tasks_for import is_overdue, task_page
from portal.models import Membership
from tests.messaging.gateway.conftest import GENERIC, Program, soap_fault, soap_result
from tests.secrets import places_with

pytestmark = pytest.mark.django_db


def _seed() -> dict[str, Any]:
    out = StringIO()
    call_command("seed_demo", format="json", stdout=out)
    report: dict[str, Any] = json.loads(out.getvalue())
    return report


def _program(report: dict[str, Any], customer_environment: str) -> Program:
    value = next(made["value"] for made in report["tokens"] if made["customer_environment"] == customer_environment)
    return Program(tokens.read_text(value))


def test_the_report_names_everything_that_a_player_needs() -> None:
    report = _seed()

    assert [user["role"] for user in report["users"]] == [
        "beheerder",
        "behandelaar",
        "support",
        "auditor",
        "superuser",
    ]
    assert report["environments"] == [
        {"code": "O12345AB", "participant": "12345", "name": "Kantoor De Vries"},
        {"code": "T54321XY", "participant": "54321", "name": "Testkantoor Jansen"},
    ]
    assert [(made["environment"], made["customer_environment"]) for made in report["tokens"]] == [
        ("O12345AB", "O67890AA"),
        ("O12345AB", "O67891BB"),
        ("T54321XY", "T67892CC"),
    ]
    assert report["endpoints"].keys() == {"soap", "rest"}


def test_every_demo_user_can_sign_in() -> None:
    for user in _seed()["users"]:
        response = Client().post("/account/login/", {"login": user["username"], "password": user["password"]})

        assert (response.status_code, response["Location"]) == (302, "/")


def test_there_are_messages_in_every_status() -> None:
    _seed()

    assert set(Message.objects.values_list("status", flat=True)) == set(Status.values)
    assert Message.objects.count() >= 36


def test_the_communication_log_has_the_newest_on_top() -> None:
    _seed()

    moments = list(LogEntry.objects.order_by("-pk").values_list("at", flat=True))

    assert len(moments) > 5
    assert moments == sorted(moments, reverse=True)


def test_people_find_tasks_in_both_steps_a_question_and_one_that_is_overdue() -> None:
    _seed()

    tasks = {
        username: [
            (message.step.name, message.question is not None, is_overdue(message))
            for message in task_page(Membership.objects.get(user__username=username, environment__code="O12345AB")).rows
            if message.step and message.step.version.workflow.name == CHECK_AND_APPROVE.name
        ]
        for username in ("behandelaar", "beheerder")
    }
    waiting, late, question = ("Controleren", False, False), ("Controleren", False, True), ("Controleren", True, False)
    approval = ("Accorderen", False, False)
    assert {name: sorted(found) for name, found in tasks.items()} == {
        "behandelaar": sorted([waiting, late, question, approval]),
        "beheerder": sorted([waiting, late, approval]),
    }


def test_a_message_gets_into_the_office_that_is_ready() -> None:
    report = _seed()

    for customer_environment in ("O67890AA", "O67891BB"):
        program = _program(report, customer_environment)
        assert re.fullmatch("[0-9A-F]{32}", soap_result(program.soap(environmentId=customer_environment)))


def test_the_other_office_waits_for_its_incident() -> None:
    report = _seed()
    LogEntry.objects.update(resolution="before")

    response = _program(report, "T67892CC").soap()

    assert soap_fault(response)[0] == GENERIC
    assert LogEntry.objects.get(resolution="").explained is Cause.ADDRESS_NOT_ALLOWLISTED


def test_a_second_run_makes_new_tokens_and_nothing_else() -> None:
    first = _seed()
    messages = Message.objects.count()

    second = _seed()

    forget_grants()
    assert {key: first[key] for key in ("users", "environments")} == {
        key: second[key] for key in ("users", "environments")
    }
    assert Message.objects.count() == messages
    assert soap_fault(_program(first, "O67890AA").soap())[0] == GENERIC
    assert soap_result(_program(second, "O67890AA").soap())


def test_the_tokens_are_in_the_report_only() -> None:
    for made in _seed()["tokens"]:
        assert places_with(tokens.read_text(made["value"])) == []


def test_production_gets_no_demo(settings: Settings) -> None:
    settings.PRODUCTION = True

    with pytest.raises(CommandError, match="production"):
        call_command("seed_demo")


def test_a_password_that_looks_like_an_address_is_made_again(settings: Settings) -> None:
    """With this key the auditor's first one shares most letters with auditor@example.test, and nobody could start."""
    settings.SECRET_KEY = "a key of some installation, number 594"

    first, second = _seed(), _seed()

    assert first["users"] == second["users"]
    for user in first["users"]:
        assert Client().login(username=user["username"], password=user["password"])
