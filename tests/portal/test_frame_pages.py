"""Pages that are made of the frame alone: sign-in, account and errors."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Origin, Template
from django.template.loader import get_template
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation
from django.views import defaults

from portal.models import User

# allauth's own data scripts are JSON; everything else must come from a file.
INLINE = re.compile(r"<style|\sstyle=|<script(?![^>]*(\bsrc=|application/json))|\son[a-z]+=", re.IGNORECASE)


def _headings_and_inline(page: str) -> tuple[int, re.Match[str] | None]:
    return page.count("<h1"), INLINE.search(page)


@pytest.mark.parametrize("name", ["account_login", "account_reset_password", "account_reset_password_done"])
@pytest.mark.django_db
def test_pages_before_the_sign_in_have_one_heading_and_nothing_inline(client: Client, name: str) -> None:
    response = client.get(reverse(name))

    assert (response.status_code, *_headings_and_inline(response.content.decode())) == (200, 1, None)


@pytest.mark.parametrize(
    "name", ["account_change_password", "account_logout", "mfa_index", "account_reauthenticate", "mfa_activate_totp"]
)
def test_account_pages_have_one_heading_and_nothing_inline(client: Client, beheerder: User, name: str) -> None:
    client.force_login(beheerder)

    response = client.get(reverse(name), follow=True)

    assert (response.status_code, *_headings_and_inline(response.content.decode())) == (200, 1, None)


@pytest.mark.parametrize(
    ("attributes", "look"),
    [
        ('type="submit"', "btn-primary"),
        ('type="submit" tags="danger,delete"', "btn-danger"),
        ('type="submit" tags="outline,mfa"', "btn-secondary"),
        ('href="/elders/" tags="panel"', "btn-secondary"),
    ],
)
def test_a_button_of_allauth_looks_like_ours(attributes: str, look: str) -> None:
    source = f"{{% load allauth %}}{{% element button {attributes} %}}Knop{{% endelement %}}"
    template = Template(source, origin=Origin("knop", template_name="knop.html"))

    assert f'class="btn {look}"' in template.render(Context())


@pytest.mark.django_db
def test_nobody_is_invited_to_sign_up(client: Client) -> None:
    assert reverse("account_signup") not in client.get(reverse("account_login")).content.decode()


@pytest.mark.django_db
def test_the_language_can_be_chosen_before_signing_in(client: Client) -> None:
    response = client.post(reverse("set_language"), {"language": "en", "next": reverse("account_login")})

    assert (response.status_code, response["Location"]) == (302, reverse("account_login"))
    assert '<html lang="en"' in client.get(reverse("account_login")).content.decode()


@pytest.mark.django_db
def test_a_failed_sign_in_says_so_in_the_title_and_above_the_form(client: Client) -> None:
    with translation.override("en"):
        client.cookies["django_language"] = "en"
        page = client.post(reverse("account_login"), {"login": "jb", "password": ""}).content.decode()

    assert "<title>Error: Sign in" in page
    assert '<a href="#id_password">Fill in: Password.</a>' in page


def test_the_fault_page_needs_no_request_and_no_database() -> None:
    response = defaults.server_error(RequestFactory().get("/"))

    assert (response.status_code, response.content.decode().count("<h1>")) == (500, 1)


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "404.html"])
def test_error_pages_need_no_user(name: str) -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()

    page = get_template(name).render({}, request)

    assert _headings_and_inline(page) == (1, None)
