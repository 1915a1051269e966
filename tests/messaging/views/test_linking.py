"""Linking a message to an organisation from its page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from connectors.models import Environment
from messaging.models import Message, Organisation
from portal.models import User
from tests.factories import OrganisationFactory
from tests.messaging.readings import make_read_message

Login = Callable[[User], Client]
FIRST = "btw-2017-q1-nt11.xbrl"
ADDRESSES = ["message_link", "message_link_existing", "message_link_new", "message_unlink"]


def url(name: str, environment: Environment, message: Message) -> str:
    return reverse(f"messaging:{name}", args=[environment.code, message.public_id])


def _about(message: Message) -> str | None:
    found: str | None = Message.objects.values_list("organisation__name", flat=True).get(pk=message.pk)
    return found


def test_the_page_says_how_many_go_along_and_offers_what_was_searched(
    environment: Environment, behandelaar: User, login: Login
) -> None:
    message, _other = (make_read_message(environment, FIRST) for _ in range(2))
    found = OrganisationFactory(environment=environment, name="Bakkerij B.V.")
    OrganisationFactory(environment=environment, name="Slagerij B.V.")
    OrganisationFactory(name="Bakkerij elders")

    page = login(behandelaar).get(url("message_link", environment, message), {"q": "bakk"})

    assert (page.context["others"], list(page.context["offered"])) == (1, [found])


def test_an_assessor_links_to_an_organisation_that_is_there(
    environment: Environment, behandelaar: User, login: Login
) -> None:
    message = make_read_message(environment, FIRST)
    organisation = OrganisationFactory(environment=environment, name="Bakkerij B.V.")
    client = login(behandelaar)

    answer = client.post(url("message_link_existing", environment, message), {"organisation": organisation.pk})

    assert (answer.status_code, answer["Location"]) == (303, url("message_detail", environment, message))
    assert [notice.level_tag for notice in get_messages(answer.wsgi_request)] == ["success"]
    page = client.get(answer["Location"])
    assert [line.note for line in page.context["history"]] == ["Bakkerij B.V.", ""]


def test_an_assessor_makes_the_organisation_with_the_name_in_the_document(
    environment: Environment, behandelaar: User, login: Login
) -> None:
    message = make_read_message(environment, "kvk-2024-small.xhtml")
    client = login(behandelaar)

    name = client.get(url("message_link", environment, message)).context["form"]["name"].value()
    client.post(url("message_link_new", environment, message), {"name": name})

    assert name
    made = Organisation.objects.get(environment=environment)
    assert (_about(message), made.numbers.get().number) == (name, message.reading.number)


def test_a_name_that_exists_is_told_beside_the_field(environment: Environment, behandelaar: User, login: Login) -> None:
    message = make_read_message(environment, FIRST)
    OrganisationFactory(environment=environment, name="Bakkerij B.V.")

    answer = login(behandelaar).post(url("message_link_new", environment, message), {"name": "bakkerij b.v."})

    assert (answer.status_code, list(answer.context["form"].errors), _about(message)) == (422, ["name"], None)


def test_a_foreign_organisation_is_no_choice(environment: Environment, behandelaar: User, login: Login) -> None:
    message = make_read_message(environment, FIRST)

    answer = login(behandelaar).post(
        url("message_link_existing", environment, message), {"organisation": OrganisationFactory().pk}
    )

    assert (answer.status_code, _about(message)) == (422, None)


def test_a_link_is_taken_away_after_the_question(environment: Environment, behandelaar: User, login: Login) -> None:
    message, client = make_read_message(environment, FIRST), login(behandelaar)
    client.post(url("message_link_new", environment, message), {"name": "Bakkerij B.V."})

    asked = client.get(url("message_unlink", environment, message))
    client.post(url("message_unlink", environment, message))

    assert (asked.status_code, _about(message)) == (200, None)


@pytest.mark.parametrize("name", ADDRESSES)
def test_an_auditor_links_nothing(environment: Environment, auditor: User, login: Login, name: str) -> None:
    message = make_read_message(environment, FIRST)
    send = login(auditor).get if name == "message_link" else login(auditor).post

    assert send(url(name, environment, message), {"name": "X"}).status_code == 403
    assert not Organisation.objects.exists()


@pytest.mark.parametrize("name", ADDRESSES)
def test_another_environments_message_is_not_found(
    environment: Environment, beheerder: User, outsider: User, login: Login, name: str
) -> None:
    elsewhere = Environment.objects.get(code="O99999ZZ")
    foreign = make_read_message(elsewhere, FIRST)
    send = login(beheerder).get if name == "message_link" else login(beheerder).post

    answers = [send(url(name, place, foreign), {"name": "X"}) for place in (environment, elsewhere)]

    assert [answer.status_code for answer in answers] == [404, 404]
