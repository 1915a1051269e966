"""Handing a token over with a link: making the link, the public page behind it, and what the administrator sees."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pgtrigger
import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from connectors import tokens
from connectors.actions.claims import ClaimLink, hand_over_with_link
from connectors.handover import new_code
from connectors.models import AppConnector, Environment, Token, TokenClaim
from connectors.throttling import forget_slowed
from portal.models import User
from tests.factories import AppConnectorFactory, TokenFactory
from tests.secrets import places_with

pytestmark = pytest.mark.django_db
Login = Callable[[User], Client]
LINK = {"handover": "link", "link_days": "3"}


@pytest.fixture
def manager(login: Login, beheerder: User) -> Client:
    client = login(beheerder)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def visitor(client: Client) -> Client:
    """Somebody without an account."""
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def app_connector(environment: Environment) -> AppConnector:
    made: AppConnector = AppConnectorFactory(environment=environment, description="SnelStart")
    return made


@pytest.fixture
def here(app_connector: AppConnector) -> str:
    return f"/O12345AB/beheer/app-connectors/{app_connector.pk}/"


def _link_on(page: str) -> tuple[str, str]:
    """Return the path of the link that a page shows, and the code behind its #."""
    shown = re.search(r'id="link"[^>]*>([^<]+)<', page)
    assert shown is not None
    parts = urlsplit(shown[1])
    return parts.path, parts.fragment


def _shown(page: str) -> str:
    text = page[page.index("&lt;token&gt;") : page.index("&lt;/token&gt;")] + "&lt;/token&gt;"
    return tokens.read_text(text.replace("&lt;", "<").replace("&gt;", ">"))


def _make(manager: Client, here: str) -> tuple[str, str]:
    values = {"user": "new", "device": "Server", "customer_environment": "O67890AA", "once": "k1", **LINK}
    return _link_on(manager.post(f"{here}gebruikerstokens/nieuw/", values).content.decode())


@pytest.mark.parametrize("way", ["new", "second", "replace"])
def test_wherever_a_token_is_made_it_can_wait_behind_a_link(
    manager: Client, visitor: Client, app_connector: AppConnector, here: str, way: str
) -> None:
    old = TokenFactory(app_connector=app_connector, customer_environment="O67890AA")
    path, values = {
        "new": ("gebruikerstokens/nieuw/", {"user": "new", "device": "Server", "once": "k1"}),
        "second": ("tweede-klantomgeving/", {"customer_environment": "O55555BB", "once": "k1"}),
        "replace": (f"gebruikerstokens/{old.pk}/vervangen/", {}),
    }[way]

    made = manager.post(here + path, {**values, **LINK})
    address, code = _link_on(made.content.decode())
    page = visitor.post(address, {"code": code})

    token = Token.objects.exclude(pk=old.pk).get()
    claim = TokenClaim.objects.get(token=token)
    assert "&lt;token&gt;" not in made.content.decode()
    assert "no-store" in made["Cache-Control"]
    assert tokens.digest(_shown(page.content.decode())) == bytes(token.digest)
    assert claim.expires_at - claim.created_at == timedelta(days=3)


def test_the_wizard_hands_over_with_a_link(manager: Client, visitor: Client, environment: Environment) -> None:
    answers = {"description": "Exact", "automatic_token": "on", "group": "new", **LINK}

    review = manager.post("/O12345AB/beheer/app-connectors/nieuw/", answers)["Location"]
    question = manager.get(review).content.decode()
    made = manager.post(review.replace("controleren", "voltooien")).content.decode()
    address, code = _link_on(made)

    assert "valid for 3 days" in question
    assert "&lt;token&gt;" not in made
    assert _shown(visitor.post(address, {"code": code}).content.decode())


def test_looking_burns_nothing_and_says_from_whom_and_for_what(
    manager: Client, visitor: Client, beheerder: User, here: str
) -> None:
    address, code = _make(manager, here)

    answers = [visitor.get(address), visitor.head(address), visitor.get(address)]

    page = answers[0].content.decode()
    assert [answer.status_code for answer in answers] == [200] * 3
    assert all(text in page for text in ("Kantoor De Vries", str(beheerder), "O67890AA", "SnelStart"))
    assert TokenClaim.objects.get().is_waiting
    assert _shown(visitor.post(address, {"code": code}).content.decode())


def test_nobody_keeps_the_page_finds_it_or_sees_its_address(manager: Client, visitor: Client, here: str) -> None:
    address, code = _make(manager, here)

    answers = [visitor.get(address), visitor.post(address, {"code": ""}), visitor.post(address, {"code": code})]

    assert {answer["Cache-Control"] for answer in answers} == {"no-store"}
    assert {answer["Referrer-Policy"] for answer in answers} == {"strict-origin"}
    assert {"noindex" in answer["X-Robots-Tag"] for answer in answers} == {True}


def test_who_claims_is_told_whom_to_ask_about_a_blocked_type(
    manager: Client, visitor: Client, here: str, environment: Environment
) -> None:
    address, code = _make(manager, here)

    page = visitor.post(address, {"code": code}).content.decode()

    assert f"Ask {environment.name} to open the type" in page
    assert "under Communication connector" not in page


def test_the_token_is_in_one_answer_and_nowhere_else(
    manager: Client,
    visitor: Client,
    here: str,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    address, code = _make(manager, here)
    data = _shown(visitor.post(address, {"code": code}).content.decode())
    later = [
        visitor.get(address),
        visitor.post(address, {"code": code}),
        visitor.post(address, {"code": "wrong"}),
        manager.get(f"{here}gebruikerstokens/"),
        manager.get(f"{here}gebruikerstokens/{Token.objects.get().pk}/overdracht/"),
        manager.get("/O12345AB/communicatielogboek/"),
    ]

    written = capsys.readouterr()
    kept = [str([session.get_decoded() for session in Session.objects.all()]), caplog.text, written.out, written.err]
    kept += [str(visitor.cookies), str(manager.cookies), *(page.content.decode() for page in later)]
    plain = code.replace("-", "")
    for secret in (data, data.lower(), code, plain):
        assert places_with(secret) == []
        assert [place for place in kept if secret in place] == []


def test_a_second_opening_warns_the_visitor_and_the_administrators(manager: Client, visitor: Client, here: str) -> None:
    address, code = _make(manager, here)
    visitor.post(address, {"code": code})

    again = visitor.post(address, {"code": code}, REMOTE_ADDR="198.51.100.9")
    listed = manager.get(f"{here}gebruikerstokens/").content.decode()
    page = manager.get(f"{here}gebruikerstokens/{Token.objects.get().pk}/overdracht/").content.decode()
    logged = manager.get("/O12345AB/communicatielogboek/").content.decode()

    assert (again.status_code, "collected already" in again.content.decode()) == (410, True)
    assert "Opened a second time" in listed
    assert "198.51.100.9" in page
    assert "vervangen/" in page
    assert "The claim link of a token was opened a second time" in logged


def test_a_wrong_code_stands_beside_its_field_and_is_not_sent_back(manager: Client, visitor: Client, here: str) -> None:
    address, _code = _make(manager, here)
    wrong = new_code()

    answer = visitor.post(address, {"code": wrong})

    assert (answer.status_code, [*answer.context["form"].errors]) == (422, ["code"])
    assert wrong not in answer.content.decode()


def test_who_keeps_trying_codes_has_to_wait(manager: Client, visitor: Client, here: str, settings: Settings) -> None:
    address, code = _make(manager, here)
    settings.GATEWAY_FAILURES_PER_MINUTE = 2

    answers = [visitor.post(address, {"code": new_code()}) for _n in range(4)]

    assert [answer.status_code for answer in answers] == [422, 422, 429, 429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert visitor.post(address, {"code": code}).status_code == 200
    forget_slowed()


@pytest.mark.parametrize(("ending", "said"), [("intrekken", "revoked"), ("verwijderen", "revoked"), ("", "expired")])
def test_a_link_that_has_ended_says_so(
    manager: Client, visitor: Client, app_connector: AppConnector, beheerder: User, here: str, ending: str, said: str
) -> None:
    token = TokenFactory(app_connector=app_connector)
    link = hand_over_with_link(token=token, secret="x", acting_user=beheerder)
    paths = {"intrekken": "overdracht/intrekken/", "verwijderen": "verwijderen/"}
    if ending:
        manager.post(f"{here}gebruikerstokens/{token.pk}/{paths[ending]}")
    else:
        with pgtrigger.ignore("connectors.TokenClaim:claim_identity_is_fixed"):
            long_ago = timezone.now() - timedelta(days=30)
            TokenClaim.objects.update(created_at=long_ago, expires_at=long_ago + timedelta(days=7))

    answers = [visitor.get(_address(link)), visitor.post(_address(link), {"code": link.code})]

    assert [answer.status_code for answer in answers] == [200, 410]
    assert {f"This link has {said}" in answer.content.decode().replace("been ", "") for answer in answers} == {True}


def _address(link: ClaimLink) -> str:
    return f"/overdracht/{link.claim.reference}/"


def test_revoking_and_settling_are_done_once_and_say_so(
    manager: Client, visitor: Client, app_connector: AppConnector, beheerder: User, here: str
) -> None:
    link = hand_over_with_link(token=TokenFactory(app_connector=app_connector), secret="x", acting_user=beheerder)
    page = f"{here}gebruikerstokens/{link.claim.token_id}/overdracht/"
    for _time in range(2):
        visitor.post(_address(link), {"code": link.code})

    settled = [manager.post(f"{page}alarm/", follow=True).content.decode() for _time in range(2)]
    revoked = manager.post(f"{page}intrekken/", follow=True).content.decode()

    assert ["The alarm has been settled" in text for text in settled] == [True, False]
    assert "There is no alarm about this link any more." in settled[1]
    assert "The token was claimed on" in revoked


def test_the_file_is_answered_for_the_claimed_token_only_and_shortly_after(
    visitor: Client, environment: Environment, beheerder: User
) -> None:
    data = [tokens.generate(), tokens.generate()]
    links = [
        hand_over_with_link(
            token=TokenFactory(app_connector__environment=environment, data=one),
            secret=tokens.wrap(one),
            acting_user=beheerder,
        )
        for one in data
    ]
    asked = {"token": tokens.wrap(data[0])}
    early = visitor.post(f"{_address(links[0])}bestand/", asked)
    visitor.post(_address(links[0]), {"code": links[0].code})

    file = visitor.post(f"{_address(links[0])}bestand/", asked)
    others = [visitor.post(f"{_address(links[0])}bestand/", {"token": text}) for text in ("", tokens.wrap(data[1]))]

    assert (file.content.decode(), file["Cache-Control"]) == (tokens.wrap(data[0]), "no-store")
    assert [answer.status_code for answer in (early, *others)] == [410] * 3


def test_an_unknown_link_does_not_exist(visitor: Client) -> None:
    assert [visitor.get("/overdracht/abc/").status_code, visitor.post("/overdracht/abc/").status_code] == [404, 404]


def test_an_auditor_sees_the_link_without_buttons(
    login: Login, auditor: User, app_connector: AppConnector, beheerder: User, here: str
) -> None:
    link = hand_over_with_link(token=TokenFactory(app_connector=app_connector), secret="x", acting_user=beheerder)

    page = login(auditor).get(f"{here}gebruikerstokens/{link.claim.token_id}/overdracht/").content.decode()

    assert (page.count("overdracht/intrekken/"), "wacht" in page.lower() or "waits" in page.lower()) == (0, True)
