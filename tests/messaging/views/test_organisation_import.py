"""The pages of an import: choose, look, confirm; and the file that comes out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from connectors.models import Environment
from messaging.models import Organisation, OrganisationImport
from portal.models import User
from tests.factories import OrganisationFactory

Login = Callable[[User], Client]
GOOD = b"Naam;Btw-nummer\nEen B.V.;001234567B01\n=2+2;002345678B01\nFout;123456782\n"


def url(name: str, environment: Environment, *args: object) -> str:
    return reverse(f"messaging:organisation_{name}", args=[environment.code, *args])


def _upload(client: Client, environment: Environment, content: bytes = GOOD) -> Any:
    file = SimpleUploadedFile("klanten.csv", content)
    return client.post(url("import", environment), {"file": file})


def test_a_file_is_shown_and_then_taken_in(environment: Environment, beheerder: User, login: Login) -> None:
    client = login(beheerder)

    answer = _upload(client, environment)
    made = OrganisationImport.objects.get()
    preview = client.get(answer["Location"])
    done = client.post(
        url("import_carry_out", environment, made.pk), {"fingerprint": preview.context["fingerprint"]}, follow=True
    )

    assert answer["Location"] == url("import_preview", environment, made.pk)
    assert ([line.line for line in preview.context["lines"]], preview.context["to_do"]) == ([4], 2)
    assert done.context["counts"] == {"error": 1, "new": 2, "changed": 0, "unchanged": 0}
    exported = b"".join(client.get(url("export", environment)))
    assert "'=2+2;002345678B01;\r\nEen B.V.;001234567B01;" in exported.decode()


def test_each_kind_of_line_has_its_page(environment: Environment, beheerder: User, login: Login) -> None:
    client = login(beheerder)
    lines = b"".join(b"Bedrijf %d\n" % n for n in range(150))
    address = _upload(client, environment, b"Naam\n" + lines)["Location"]

    first = client.get(address).context
    second = client.get(address, {"toon": "new", "vanaf": first["next_line"]}).context
    none = client.get(address, {"toon": "error"}).context

    assert ([len(page["lines"]) for page in (first, second, none)], first["shown"]) == ([100, 50, 0], "all")
    assert (second["lines"][0].line, second["next_line"]) == (102, None)


def test_a_file_that_cannot_be_read_is_told_beside_the_field(
    environment: Environment, beheerder: User, login: Login
) -> None:
    client = login(beheerder)

    answers = [_upload(client, environment, content) for content in (b"\x00\x01", b"")]

    assert [(answer.status_code, [*answer.context["form"].errors]) for answer in answers] == [(422, ["file"])] * 2
    assert not OrganisationImport.objects.exists()


def test_a_plan_that_changed_is_shown_again(environment: Environment, beheerder: User, login: Login) -> None:
    client = login(beheerder)
    _upload(client, environment)
    made = OrganisationImport.objects.get()

    answer = client.post(url("import_carry_out", environment, made.pk), {"fingerprint": "other"}, follow=True)

    assert ("fingerprint" in answer.context, Organisation.objects.count()) == (True, 0)


@pytest.mark.parametrize("name", ["import", "import_example", "import_preview", "import_carry_out"])
def test_who_assesses_imports_nothing(
    environment: Environment, beheerder: User, behandelaar: User, login: Login, name: str
) -> None:
    _upload(login(beheerder), environment)
    args = [OrganisationImport.objects.get().pk] if "_p" in name or "_c" in name else []
    send = login(behandelaar).post if name == "import_carry_out" else login(behandelaar).get

    assert send(url(name, environment, *args)).status_code == 403


@pytest.mark.parametrize("name", ["import_preview", "import_carry_out"])
def test_another_environments_file_is_not_found(
    environment: Environment, beheerder: User, outsider: User, login: Login, name: str
) -> None:
    elsewhere = Environment.objects.get(code="O99999ZZ")
    _upload(login(outsider), elsewhere)
    foreign = OrganisationImport.objects.get()
    send = login(beheerder).post if name == "import_carry_out" else login(beheerder).get

    answers = [send(url(name, place, foreign.pk)) for place in (environment, elsewhere)]

    assert [answer.status_code for answer in answers] == [404, 404]


def test_the_export_is_of_this_environment_without_the_archive(
    environment: Environment, auditor: User, login: Login
) -> None:
    OrganisationFactory(environment=environment, name="Een B.V.")
    OrganisationFactory(environment=environment, name="Weg B.V.", archived_at="2026-01-01T00:00Z")
    OrganisationFactory(name="Elders B.V.")

    answer = login(auditor).get(url("export", environment))

    rows = b"".join(answer).decode("utf-8-sig").splitlines()
    assert rows == ["Naam;Btw-nummer;KvK-nummer", "Een B.V.;;"]
