"""The communication log on screen: whose entries one sees, how one finds them, and what one is told."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_network
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from connectors.causes import Cause
from connectors.explanations import Condition, Fix
from connectors.models import Environment
from messaging.fixes import fix_link
from messaging.models import LogEntry
from messaging.queries_log import get_log_entry, log_of
from messaging.refusals import checks, explain
from portal.models import User
from tests.factories import AllowlistEntryFactory, EnvironmentFactory, MessageFactory, TokenFactory

pytestmark = pytest.mark.django_db

Login = Callable[[User], Client]
SUPPORT = "/support/communicatielogboek/"


def entry_of(environment: Environment | None, **values: Any) -> LogEntry:
    facts = {"cause": "token_expired", "door": "soap", "keep_until": "2099-01-01", "address": "203.0.113.7"}
    return LogEntry.objects.create(environment=environment, **(facts | values))


def list_of(environment: Environment) -> str:
    return reverse("messaging:log_list", args=[environment.code])


def page_of(environment: Environment, entry: LogEntry) -> str:
    return reverse("messaging:log_detail", args=[environment.code, entry.reference])


def shown(client: Client, url: str, **query: str) -> list[LogEntry]:
    return list(client.get(url, query).context["page"].rows)


def test_the_list_shows_the_entries_of_the_environment_newest_first(
    environment: Environment, beheerder: User, login: Login
) -> None:
    first, second = entry_of(environment), entry_of(environment, cause="connector_blocked")
    entry_of(EnvironmentFactory())
    entry_of(None)

    assert shown(login(beheerder), list_of(environment)) == [second, first]


def test_support_sees_the_entries_of_all_environments_and_of_none(
    environment: Environment, support: User, login: Login
) -> None:
    entries = [entry_of(environment), entry_of(EnvironmentFactory()), entry_of(None)]

    assert shown(login(support), SUPPORT) == entries[::-1]


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


@pytest.mark.parametrize(
    "write",
    [
        lambda reference: reference.hex.upper(),
        lambda reference: reference.hex,
        lambda reference: f" {reference} ",
        lambda reference: f"{{{str(reference).upper()}}}",
        lambda reference: " ".join(reference.hex.upper()[at : at + 8] for at in range(0, 32, 8)),
    ],
)
def test_a_pasted_reference_leads_straight_to_its_entry(
    write: Callable[[Any], str], environment: Environment, beheerder: User, login: Login
) -> None:
    entry = entry_of(environment)
    entry_of(environment)

    answer = login(beheerder).get(list_of(environment), {"q": write(entry.reference)})

    assert (answer.status_code, answer["Location"]) == (303, page_of(environment, entry))


def test_a_reference_of_another_environment_is_not_found(
    environment: Environment, beheerder: User, login: Login
) -> None:
    foreign = entry_of(EnvironmentFactory())

    answer = login(beheerder).get(list_of(environment), {"q": foreign.public_reference})

    assert (answer.status_code, answer.context["page"].rows) == (200, [])


@pytest.mark.parametrize(
    "query",
    [
        {"q": "192.0.2.9"},
        {"q": "8a39"},
        {"q": "…8A39"},
        {"cause": "connector_blocked"},
        {"since": "2026-03-02", "until": "2026-03-02"},
    ],
)
def test_entries_are_found_by_what_people_know(
    query: dict[str, str], environment: Environment, beheerder: User, login: Login
) -> None:
    wanted = entry_of(
        environment,
        address="192.0.2.9",
        token_hint="8A39",
        cause="connector_blocked",
        at="2026-03-02T23:30:00+01:00",
    )
    entry_of(environment, at="2026-03-03T00:10:00+01:00")

    assert shown(login(beheerder), list_of(environment), **query) == [wanted]


def test_what_cannot_be_looked_up_is_said_beside_the_field(
    environment: Environment, beheerder: User, login: Login
) -> None:
    entry_of(environment)

    answer = login(beheerder).get(list_of(environment), {"q": "factuur 12"})

    assert (answer.status_code, answer.context["page"].rows) == (422, [])
    assert [*answer.context["form"].errors] == ["q"]


def test_htmx_gets_the_results_alone(environment: Environment, beheerder: User, login: Login) -> None:
    entry_of(environment)

    answer = login(beheerder).get(list_of(environment), headers={"HX-Request": "true"})

    assert answer.content.decode().strip().startswith('<div id="results"')


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_few_queries_however_long_it_is(
    rows: int, environment: Environment, beheerder: User, login: Login, django_assert_num_queries: Any
) -> None:
    for _ in range(rows):
        token = TokenFactory(app_connector__environment=environment)
        entry_of(environment, token=token, app_connector=token.app_connector)
    client = login(beheerder)

    # Session, user, membership, entries.
    with django_assert_num_queries(4):
        client.get(list_of(environment), headers={"HX-Request": "true"})


def test_pages_go_by_key(environment: Environment, beheerder: User, login: Login) -> None:
    entries = [entry_of(environment) for _ in range(51)]
    client = login(beheerder)

    newest = client.get(list_of(environment)).context["page"]
    oldest = shown(client, list_of(environment), after=str(newest.onward))

    assert newest.rows == entries[:0:-1]
    assert oldest == entries[:1]


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

    assert (answer.context["refusal"].title, answer.context["link"]) == ("something_new", None)


def test_the_checks_stop_at_the_condition_of_the_cause() -> None:
    row = [check.passed for check in checks(Condition.ADDRESS)]

    assert row == [True, True, True, True, False, None, None, None]
    assert [check.passed for check in checks(None)] == [None] * 8


@pytest.mark.parametrize(
    ("cause", "door", "text"),
    [
        ("address_not_allowlisted", "soap", "Er is een fout opgetreden bij het verzenden en ontvangen van berichten."),
        ("address_not_allowlisted", "rest", ""),
        ("token_unknown", "rest", ""),
        ("message_type_blocked", "rest", "De berichtsoort is geblokkeerd."),
        ("message_type_blocked", "soap", "De berichtsoort is geblokkeerd."),
        ("not_processable", "worker", ""),
    ],
)
def test_the_page_says_what_the_sender_saw(cause: str, door: str, text: str, environment: Environment) -> None:
    assert explain(entry_of(environment, cause=cause, door=door)).sender_text == text


@pytest.mark.parametrize("cause", Cause, ids=lambda cause: cause.code)
def test_every_cause_has_a_page_that_opens(
    cause: Cause, environment: Environment, beheerder: User, login: Login
) -> None:
    token = TokenFactory(app_connector__environment=environment)
    entry = entry_of(environment, cause=cause.code, token=token, app_connector=token.app_connector, message_type="BTW")
    client = login(beheerder)

    answer = client.get(page_of(environment, entry))

    link = answer.context["link"]
    assert str(cause.value.text) == answer.context["refusal"].title
    assert link is None or client.get(link.url).status_code == 200


ELSEWHERE = {
    Fix.COPY_TOKEN,
    Fix.MEND_REQUEST,
    Fix.SPLIT_MESSAGE,
    Fix.SEND_AGAIN,
    Fix.ASK_SUPPORT,
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
    entry = entry_of(environment, cause=Cause.ADDRESS_NOT_ALLOWLISTED.code, address="203.0.113.24")
    client = login(beheerder)
    AllowlistEntryFactory(network=ip_network("203.0.113.128/25"))
    before = client.get(page_of(environment, entry))
    allowed = AllowlistEntryFactory(network=ip_network("203.0.113.0/25"))

    after = client.get(page_of(environment, entry))

    assert (before.context["let_in_since"], after.context["let_in_since"]) == (None, allowed.created_at)
    assert b"allowlist-incidenten/nieuw" in before.content
    assert b"allowlist-incidenten/nieuw" not in after.content


def test_the_incident_comes_with_the_refused_address(environment: Environment) -> None:
    link = fix_link(entry_of(environment, cause="address_not_allowlisted"), Fix.SUBMIT_INCIDENT)

    assert link is not None
    assert link.url.endswith("/allowlist-incidenten/nieuw/?address=203.0.113.7")


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


def test_repeats_are_told_with_when_it_was_last_seen(environment: Environment, beheerder: User, login: Login) -> None:
    entry = entry_of(environment, repeats=12, last_seen_at="2026-03-02T10:11:12+01:00")

    page = login(beheerder).get(page_of(environment, entry)).content.decode()

    assert "02-03-2026 10:11:12" in page
