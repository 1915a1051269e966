"""Every page of the portal over the data of the demo, by who looks at it: for tests that go over all of them.

Each list makes the states that the demo lacks, through the client that is signed in or through the actions. It is run
page by page: what a page shows is there when its address is yielded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from allauth.account.internal.flows.login import record_authentication
from django.test import Client, RequestFactory

from portal.management.commands.seed_demo import make_demo
from portal.models import User
from tests.factories import UserFactory
from tests.pages.accounts import pages_of_accounts, pages_of_nobody, pages_of_somebody_without_a_password
from tests.pages.management import import_pages, management_pages
from tests.pages.setup import setup_pages
from tests.pages.support import pages_about_refusals, support_pages
from tests.pages.work import message_pages, pages_of_acts

Pages = Callable[[Client], Iterator[str]]
PAGES: list[tuple[str, Pages]] = [
    ("beheerder", setup_pages),
    ("beheerder", management_pages),
    ("beheerder", import_pages),
    ("beheerder", pages_about_refusals),
    ("behandelaar", message_pages),
    ("beheerder", pages_of_acts),
    ("support", support_pages),
    ("auditor", pages_of_accounts),
    ("extern", pages_of_somebody_without_a_password),
    ("", pages_of_nobody),
]


def make_pages() -> None:
    """Make the demo, and somebody who signs in elsewhere."""
    make_demo()
    external = UserFactory(username="extern")
    external.set_unusable_password()
    external.save(update_fields=["password"])


def client_of(username: str) -> Client:
    """Return a client that this person has just signed in with a password; with no name, nobody's."""
    client = Client()
    if username:
        request = RequestFactory().get("/")
        request.user = User.objects.get(username=username)
        client.force_login(request.user)
        request.session = client.session
        record_authentication(request, request.user, "password", reauthenticated=True)
        request.session.save()
    return client
