"""Making, replacing and deleting tokens on the tab *Gebruikerstokens*, and the guide for a second environment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from connectors import tokens
from connectors.models import AppConnector, Environment, GroupMember, Token
from portal.models import Membership, Role, User
from tests.factories import AppConnectorFactory, SystemUserFactory, TokenFactory

pytestmark = pytest.mark.django_db
Login = Callable[[User], Client]


@pytest.fixture
def manager(login: Login, beheerder: User) -> Client:
    client = login(beheerder)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def app_connector(environment: Environment) -> AppConnector:
    made: AppConnector = AppConnectorFactory(environment=environment, description="SnelStart")
    return made


@pytest.fixture
def here(app_connector: AppConnector) -> str:
    return f"/O12345AB/beheer/app-connectors/{app_connector.pk}/"


@pytest.fixture
def member(app_connector: AppConnector) -> User:
    user: User = SystemUserFactory()
    place = {"user": user, "environment": app_connector.environment}
    Membership.objects.create(**place, role=Role.SYSTEM)
    GroupMember.objects.create(**place, group=app_connector.group)
    return user


def _shown(page: str) -> str:
    """Return the data of the token that a page shows; fails where there is none."""
    text = page[page.index("&lt;token&gt;") : page.index("&lt;/token&gt;")] + "&lt;/token&gt;"
    return tokens.read_text(text.replace("&lt;", "<").replace("&gt;", ">"))


def test_a_token_for_a_member_is_shown_once(manager: Client, member: User, here: str) -> None:
    values = {"user": member.pk, "device": "Server", "customer_environment": "o67890aa", "once": "k1"}

    first = manager.post(f"{here}gebruikerstokens/nieuw/", values)
    again = manager.post(f"{here}gebruikerstokens/nieuw/", values)

    token = Token.objects.get()
    assert tokens.digest(_shown(first.content.decode())) == bytes(token.digest)
    assert "no-store" in first["Cache-Control"]
    assert (token.user, token.device, token.customer_environment) == (member, "Server", "O67890AA")
    assert (again.status_code, again["Location"]) == (303, f"{here}gebruikerstokens/")


def test_a_token_can_come_with_a_new_system_user_and_only_once(
    manager: Client, app_connector: AppConnector, here: str
) -> None:
    for _attempt in range(2):
        manager.post(f"{here}gebruikerstokens/nieuw/", {"user": "new", "device": "Server", "once": "k1"})

    token = Token.objects.get()
    assert token.user.username == "12345.SNELSTART"
    assert GroupMember.objects.get().user == token.user


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"user": "new", "device": ""}, "device"),
        ({"user": "999999", "device": "Server"}, "user"),
        ({"user": "new", "device": "Server", "customer_environment": "O12345AB"}, "customer_environment"),
        ({"user": "new", "device": "Server", "customer_environment": "O67890AA"}, "customer_environment"),
    ],
)
def test_what_cannot_be_stands_beside_its_field(
    manager: Client, app_connector: AppConnector, here: str, values: dict[str, str], field: str
) -> None:
    TokenFactory(app_connector=app_connector, customer_environment="O67890AA")

    answer = manager.post(f"{here}gebruikerstokens/nieuw/", values)

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert Token.objects.count() == 1


def test_a_second_token_for_a_customer_can_be_confirmed(
    manager: Client, app_connector: AppConnector, here: str
) -> None:
    TokenFactory(app_connector=app_connector, customer_environment="O67890AA")
    values = {"user": "new", "device": "Server", "customer_environment": "O67890AA", "once": "k1"}

    asked = manager.post(f"{here}gebruikerstokens/nieuw/", values).content.decode()
    manager.post(f"{here}gebruikerstokens/nieuw/", {**values, "confirmed": "on"})

    assert '<input type="checkbox" name="confirmed"' in asked
    assert Token.objects.filter(customer_environment="O67890AA").count() == 2


def test_deleting_asks_first_and_then_folds_the_token_away(
    manager: Client, app_connector: AppConnector, beheerder: User, here: str
) -> None:
    token = TokenFactory(app_connector=app_connector)
    address = f"{here}gebruikerstokens/{token.pk}/verwijderen/"

    question = manager.get(address).content.decode()
    token.refresh_from_db()
    before = token.deleted_at
    answer = manager.post(address)

    token.refresh_from_db()
    page = manager.get(f"{here}gebruikerstokens/")
    assert "calls with this token are refused" in question
    assert (before, answer["Location"]) == (None, f"{here}gebruikerstokens/")
    assert token.deleted_by == beheerder
    assert ([*page.context["tokens"]], [*page.context["deleted"]]) == ([], [token])


def test_deleting_twice_changes_nothing_more(manager: Client, app_connector: AppConnector, here: str) -> None:
    token = TokenFactory(app_connector=app_connector)
    manager.post(f"{here}gebruikerstokens/{token.pk}/verwijderen/")
    token.refresh_from_db()
    first = token.deleted_at

    answer = manager.post(f"{here}gebruikerstokens/{token.pk}/verwijderen/", follow=True)

    token.refresh_from_db()
    assert token.deleted_at == first
    assert "This token was deleted on" in answer.content.decode()


def test_replacing_shows_the_new_token_once(manager: Client, app_connector: AppConnector, here: str) -> None:
    old = TokenFactory(app_connector=app_connector)
    address = f"{here}gebruikerstokens/{old.pk}/vervangen/"

    question = manager.get(address).content.decode()
    answer = manager.post(address)
    again = manager.post(address)

    new = Token.objects.get(deleted_at=None)
    assert "Replace this token?" in question
    assert tokens.digest(_shown(answer.content.decode())) == bytes(new.digest)
    assert (new.user, new.device, new.customer_environment) == (old.user, old.device, old.customer_environment)
    assert (again.status_code, again["Location"]) == (303, f"{here}gebruikerstokens/")
    assert Token.objects.count() == 2


def test_a_token_that_cannot_be_replaced_stays(manager: Client, app_connector: AppConnector, here: str) -> None:
    token = TokenFactory(app_connector=app_connector)
    GroupMember.objects.all().delete()

    answer = manager.post(f"{here}gebruikerstokens/{token.pk}/vervangen/", follow=True)

    token.refresh_from_db()
    assert token.deleted_at is None
    assert "is not in the user group" in answer.content.decode()


def test_the_guide_makes_a_user_and_a_token_for_the_second_environment(
    manager: Client, app_connector: AppConnector, here: str
) -> None:
    first = TokenFactory(app_connector=app_connector, customer_environment="O67890AA")
    values = {"customer_environment": "o55555bb", "once": "k1"}

    guide = manager.get(f"{here}tweede-klantomgeving/").content.decode()
    answer = manager.post(f"{here}tweede-klantomgeving/", values)
    manager.post(f"{here}tweede-klantomgeving/", values)

    second = Token.objects.exclude(pk=first.pk).get()
    page = answer.content.decode()
    assert "O67890AA" in guide
    assert tokens.digest(_shown(page)) == bytes(second.digest)
    assert "no-store" in answer["Cache-Control"]
    assert (second.customer_environment, second.user.username) == ("O55555BB", "12345.SNELSTART-O55555BB")
    assert "Record it in O55555BB, not in the first customer environment" in page


@pytest.mark.parametrize("code", ["", "1", "O12345AB", "O67890AA"])
def test_the_guide_says_what_is_wrong_with_a_code(
    manager: Client, app_connector: AppConnector, here: str, code: str
) -> None:
    TokenFactory(app_connector=app_connector, customer_environment="O67890AA")

    answer = manager.post(f"{here}tweede-klantomgeving/", {"customer_environment": code})

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["customer_environment"])
    assert Token.objects.count() == 1


def test_a_file_is_answered_only_for_a_fresh_token_of_ones_own(
    manager: Client, app_connector: AppConnector, beheerder: User, here: str
) -> None:
    other = AppConnectorFactory(environment=app_connector.environment)
    long_ago = timezone.now() - timedelta(hours=1)
    data = [tokens.generate() for _n in range(5)]
    TokenFactory(app_connector=app_connector, data=data[0], created_by=beheerder, created_at=long_ago)
    TokenFactory(app_connector=app_connector, data=data[1])
    TokenFactory(app_connector=app_connector, data=data[2], created_by=beheerder, deleted_at=timezone.now())
    TokenFactory(app_connector=other, data=data[3], created_by=beheerder)

    asked = [*(tokens.wrap(one) for one in data), "", "<b>", data[3]]
    answers = [manager.post(f"{here}gebruikerstokens/bestand/", {"token": text}) for text in asked]

    assert {answer["Location"] for answer in answers} == {f"{here}gebruikerstokens/"}
    assert {answer.content for answer in answers} == {b""}


def test_a_replacement_is_followed_in_one_place(manager: Client, app_connector: AppConnector, here: str) -> None:
    old = TokenFactory(app_connector=app_connector, last_used_address="192.0.2.4", last_used_client="PHP-SOAP/8.2")
    page = f"{here}gebruikerstokens/{old.pk}/vervanging/"

    made = manager.post(f"{here}gebruikerstokens/{old.pk}/vervangen/", {"quiet_hours": "24"}).content.decode()
    new = Token.objects.exclude(pk=old.pk).get()
    waits = manager.get(page).content.decode()
    Token.objects.filter(pk=new.pk).update(last_used_at=timezone.now(), last_used_client="node-soap/1.1")
    used = manager.get(page).content.decode()
    listed = manager.get(f"{here}gebruikerstokens/").content.decode()
    manager.post(f"{here}gebruikerstokens/{old.pk}/verwijderen/")
    closed = manager.get(page, follow=True).content.decode()

    assert "goes on working" in made
    assert "Waits for the first call with the new token" in waits
    assert all(text in used for text in (old.hint, new.hint, "192.0.2.4", "PHP-SOAP/8.2", "node-soap/1.1"))
    assert "The new token is in use" in used
    assert listed.count("Is being replaced") == 1
    assert "The replacement is complete" in closed


def test_a_replacement_whose_new_token_is_gone_says_so(manager: Client, app_connector: AppConnector, here: str) -> None:
    old = TokenFactory(app_connector=app_connector)
    manager.post(f"{here}gebruikerstokens/{old.pk}/vervangen/", {"quiet_hours": "1"})
    new = Token.objects.exclude(pk=old.pk).get()

    manager.post(f"{here}gebruikerstokens/{new.pk}/verwijderen/")

    assert (
        "The new token has been deleted" in manager.get(f"{here}gebruikerstokens/{old.pk}/vervanging/").content.decode()
    )
