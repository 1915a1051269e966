"""The page of a communication log entry: who sees it, what one is told, and where the fix is."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from django.urls import reverse

from connectors.causes import Cause
from connectors.explanations import Fix, Owner
from connectors.models import Environment
from messaging.fixes import fix_link
from messaging.queries_log import get_log_entry, log_of, occurrences_of
from portal.models import User
from tests.factories import AllowlistEntryFactory, EnvironmentFactory, MessageFactory, TokenFactory
from tests.messaging.entries import SUPPORT, Login, entry_of, list_of, page_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("persona", ["beheerder", "behandelaar", "auditor"])
def test_every_member_reads_an_entry(
    persona: str, environment: Environment, login: Login, request: pytest.FixtureRequest
) -> None:
    entry = entry_of(environment)

    page = login(request.getfixturevalue(persona)).get(page_of(environment, entry)).content.decode()

    assert str(Cause.TOKEN_EXPIRED.value.text) in page
    assert f"<span>{entry.public_reference[:8]}</span>" in page


def test_only_an_administrator_gets_the_button(
    environment: Environment, beheerder: User, auditor: User, login: Login
) -> None:
    entry = entry_of(environment, cause="message_type_blocked", message_type="BTW")
    button = f'href="{reverse("messaging:message_type_properties", args=[environment.code, "BTW"])}"'

    assert button in login(beheerder).get(page_of(environment, entry)).content.decode()
    assert button not in login(auditor).get(page_of(environment, entry)).content.decode()


def test_when_something_else_stops_the_call_by_now_its_owner_is_named(
    environment: Environment, beheerder: User, login: Login
) -> None:
    token = TokenFactory(app_connector__environment=environment, app_connector__blocked=True)
    entry = entry_of(environment, cause="address_not_allowlisted", token=token, token_hint=token.hint)

    page = login(beheerder).get(page_of(environment, entry)).content.decode()

    assert str(Cause.CONNECTOR_BLOCKED.value.text) in page
    assert str(Owner.ADMINISTRATOR.value) in page
    assert str(Owner.SUPPORT.value) not in page


def test_entries_of_another_environment_and_of_none_do_not_exist(
    environment: Environment, beheerder: User, outsider: User, login: Login
) -> None:
    foreign, of_nobody, own = entry_of(EnvironmentFactory()), entry_of(None), entry_of(environment)
    client = login(beheerder)

    answers = [
        client.get(page_of(environment, foreign)),
        client.get(page_of(environment, of_nobody)),
        client.get(SUPPORT),
        client.get(reverse("messaging:support_log_detail", args=[own.reference])),
        login(outsider).get(list_of(environment)),
        login(outsider).get(page_of(environment, own)),
    ]

    assert [answer.status_code for answer in answers] == [404] * 6


def test_what_strangers_wrote_is_text_on_the_page(environment: Environment, beheerder: User, login: Login) -> None:
    hostile = '<script>alert("1")</script>'
    entry = entry_of(
        environment,
        client=hostile,
        external_message_id=hostile,
        sender_environment=hostile,
        message_type=hostile,
        evidence={"observed": hostile, hostile: {"deep": [hostile]}, "allowed": [hostile, 7, None]},
    )
    client = login(beheerder)

    pages = client.get(list_of(environment)).content + client.get(page_of(environment, entry)).content

    assert b"<script>alert" not in pages
    assert b"&lt;script&gt;alert" in pages


@pytest.mark.parametrize("evidence", [[], "text", 3, {"checks": ["token"], "allowed": []}, {"x": None}])
def test_evidence_of_any_shape_is_shown_without_harm(
    evidence: Any, environment: Environment, beheerder: User, login: Login
) -> None:
    entry = entry_of(environment, evidence=evidence)

    answer = login(beheerder).get(page_of(environment, entry))

    assert answer.context["refusal"].title == str(Cause.TOKEN_EXPIRED.value.text)


def test_a_cause_of_another_version_is_shown_by_its_code(
    environment: Environment, beheerder: User, login: Login
) -> None:
    entry = entry_of(environment, cause="something_new")

    answer = login(beheerder).get(page_of(environment, entry))

    assert (answer.context["refusal"].title, answer.context["remedy"]) == ("something_new", None)


@pytest.mark.parametrize("cause", Cause, ids=lambda cause: cause.code)
def test_every_cause_has_a_page_that_opens(
    cause: Cause, environment: Environment, beheerder: User, login: Login
) -> None:
    token = TokenFactory(app_connector__environment=environment)
    entry = entry_of(environment, cause=cause.code, token=token, app_connector=token.app_connector, message_type="BTW")
    client = login(beheerder)

    answer = client.get(page_of(environment, entry))

    remedy = answer.context["remedy"]
    assert str(cause.value.text) == answer.context["refusal"].title
    assert remedy is None or client.get(remedy.link.url).status_code == 200


ELSEWHERE = {
    Fix.COPY_TOKEN,
    Fix.MEND_REQUEST,
    Fix.SPLIT_MESSAGE,
    Fix.SEND_AGAIN,
    Fix.ASK_SUPPORT,
    Fix.CHECK_CHANNEL,
    Fix.NEW_SECRET,
    Fix.MEND_RESPONSE,
}
FIXED_IN_THE_PORTAL = [fix for fix in Fix if fix not in ELSEWHERE]


@pytest.mark.parametrize("fix", FIXED_IN_THE_PORTAL, ids=lambda fix: fix.name)
def test_a_fix_has_its_page_also_when_all_else_is_gone(
    fix: Fix, environment: Environment, beheerder: User, login: Login
) -> None:
    entry = entry_of(environment, app_connector_id=999999)

    link = fix_link(get_log_entry(log_of(environment), entry.reference), fix)

    assert link is not None
    assert login(beheerder).get(link.url).status_code == 200


def test_a_refused_address_that_is_let_in_by_now_is_solved(
    environment: Environment, beheerder: User, login: Login
) -> None:
    token = TokenFactory(app_connector__environment=environment)
    token.app_connector.grants.create(connector="CommSvcConnector")
    entry = entry_of(
        environment,
        cause=Cause.ADDRESS_NOT_ALLOWLISTED.code,
        address="203.0.113.24",
        token=token,
        app_connector=token.app_connector,
    )
    client = login(beheerder)
    AllowlistEntryFactory(network=ip_network("203.0.113.128/25"))
    before = client.get(page_of(environment, entry))
    AllowlistEntryFactory(network=ip_network("203.0.113.0/25"))

    after = client.get(page_of(environment, entry))

    assert (before.context["solution"], after.context["solution"].way) == (None, "elsewhere")
    assert after.context["solution"].at is not None
    assert b"allowlist-incidenten/nieuw" in before.content
    assert b"allowlist-incidenten/nieuw" not in after.content


def test_the_incident_comes_with_the_refused_address(environment: Environment) -> None:
    entry = entry_of(environment, cause="address_not_allowlisted")

    link = fix_link(entry, Fix.SUBMIT_INCIDENT)

    assert link is not None
    assert link.url.endswith(f"/allowlist-incidenten/nieuw/?log={entry.public_reference}")


def test_the_entry_of_a_message_leads_to_it_for_members_and_not_for_support(
    environment: Environment, beheerder: User, support: User, login: Login
) -> None:
    message = MessageFactory(token=TokenFactory(app_connector__environment=environment))
    entry = entry_of(environment, cause="not_processable", door="worker", message=message)
    link = f'href="{reverse("messaging:message_detail", args=[environment.code, message.pk])}"'

    of_member = login(beheerder).get(page_of(environment, entry)).content.decode()
    of_support = login(support).get(f"{SUPPORT}{entry.public_reference}/").content.decode()

    assert link in of_member
    assert link not in of_support


def test_an_address_is_told_its_own_refusals_only(environment: Environment) -> None:
    token = TokenFactory(app_connector__environment=environment)
    known = {"cause": Cause.ADDRESS_NOT_ALLOWLISTED.code, "token": token}
    entry, _again, _elsewhere = (
        entry_of(environment, address=address, **known) for address in ("203.0.113.7", "203.0.113.7", "203.0.113.8")
    )

    assert occurrences_of(entry).times == 2


def test_repeats_are_told_with_when_it_was_last_seen(environment: Environment, beheerder: User, login: Login) -> None:
    entry = entry_of(environment, repeats=12, last_seen_at="2026-03-02T10:11:12+01:00")

    page = login(beheerder).get(page_of(environment, entry)).content.decode()

    assert "02-03-2026 10:11:12" in page
