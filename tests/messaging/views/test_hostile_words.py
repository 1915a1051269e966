"""What others wrote, in documents, names, questions and remarks, is text on every page and nothing else."""

from __future__ import annotations

from collections.abc import Callable

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from connectors.models import Environment, GroupMember
from messaging.actions.questions import ask_question
from messaging.actions.routing import forward_message, return_message
from messaging.models import Message, MessageReading, Workflow
from portal.models import Membership, User
from tests.factories import AppConnectorFactory, OrganisationFactory, TokenFactory, UserGroupFactory
from tests.messaging.readings import make_read_message
from tests.messaging.workflows import make_steps

Login = Callable[[User], Client]
HTMX = {"HX-Request": "true"}
HOSTILE = "<script>alert(1)</script>"


def url(name: str, environment: Environment, message: Message | None = None) -> str:
    return reverse(f"messaging:{name}", args=[environment.code, *([message.public_id] if message else [])])


def test_what_others_wrote_is_text_on_every_page(environment: Environment, beheerder: User, login: Login) -> None:
    organisation = OrganisationFactory(environment=environment, name=HOSTILE)
    token = TokenFactory(app_connector=AppConnectorFactory(environment=environment, description=HOSTILE))
    message = make_read_message(
        environment, "btw-2017-q1-nt11.xbrl", organisation=organisation, token=token, external_message_id=HOSTILE
    )
    document = message.reading.document | {"software": {"name": HOSTILE, "version": HOSTILE, "vendor_account": ""}}
    MessageReading.objects.filter(message=message).update(document=document)
    client = login(beheerder)

    pages = [
        client.get(url("message_list", environment)),
        client.get(url("message_detail", environment, message)),
        client.get(url("message_document", environment, message)),
    ]

    bodies = [page.content.decode() for page in pages]
    assert [HOSTILE in body for body in bodies] == [False, False, False]
    assert ["&lt;script&gt;alert(1)" in body for body in bodies] == [True, True, True]


def test_what_people_call_and_ask_is_text_wherever_it_stands(
    environment: Environment, beheerder: User, behandelaar: User, login: Login
) -> None:
    group = UserGroupFactory(environment=environment, name=HOSTILE)
    GroupMember.objects.create(group=group, user=behandelaar, environment=environment)
    first, _second = make_steps(environment, {"name": f"A{HOSTILE}"}, {"name": f"B{HOSTILE}", "group": group})
    workflow = first.version.workflow
    Workflow.objects.filter(pk=workflow.pk).update(name=HOSTILE)
    User.objects.filter(pk=beheerder.pk).update(name=HOSTILE)
    organisation = OrganisationFactory(environment=environment, name=HOSTILE)
    message = make_read_message(
        environment,
        "btw-2017-q1-nt11.xbrl",
        organisation=organisation,
        external_message_id=HOSTILE,
        step=first,
        workflow_version=first.version,
    )
    environment.message_types.filter(code="BTW").update(workflow=workflow)
    colleague = Membership.objects.get(user=behandelaar)
    forward_message(message=message, remark=HOSTILE, acting_user=User.objects.get(pk=beheerder.pk))
    return_message(message=message, to=first, remark=HOSTILE, acting_user=behandelaar)
    ask_question(message=message, to=colleague, text=HOSTILE, acting_user=User.objects.get(pk=beheerder.pk))
    admin, assessor = login(beheerder), login(behandelaar)
    pages = [
        assessor.get(url("message_detail", environment, message)),
        assessor.get(url("message_answer", environment, message)),
        assessor.get(url("task_list", environment)),
        assessor.get(url("bulk_preview", environment), {"message": message.public_id}),
        admin.get(url("workflow_list", environment)),
        admin.get(reverse("messaging:workflow_detail", args=[environment.code, workflow.pk])),
        admin.get(url("message_type_list", environment)),
        admin.get(reverse("messaging:message_type_properties", args=[environment.code, "BTW"])),
        admin.get(url("organisation_list", environment)),
        admin.get(reverse("messaging:organisation_detail", args=[environment.code, organisation.pk])),
    ]

    bodies = [page.content.decode() for page in pages]
    assert [page.status_code for page in pages] == [200] * len(pages)
    assert [HOSTILE in body for body in bodies] == [False] * len(pages)
    assert ["&lt;script&gt;alert(1)" in body for body in bodies] == [True] * len(pages)


def test_a_file_that_is_refused_is_told_as_text(environment: Environment, beheerder: User, login: Login) -> None:
    content = f"Naam;{HOSTILE} BSN;BSN\n{HOSTILE};1;2\n".encode()
    file = SimpleUploadedFile(f"{HOSTILE}.csv", content)

    answer = login(beheerder).post(url("organisation_import", environment), {"file": file})

    assert answer.status_code == 422
    assert HOSTILE not in answer.content.decode()


def test_lines_of_a_file_are_shown_as_text(environment: Environment, beheerder: User, login: Login) -> None:
    content = f"Naam;Btw-nummer\n{HOSTILE};{HOSTILE}\n{HOSTILE} 2;001234567B01\n".encode()
    file = SimpleUploadedFile(f"{HOSTILE}.csv", content)

    body = login(beheerder).post(url("organisation_import", environment), {"file": file}, follow=True).content.decode()

    assert HOSTILE not in body
    assert "&lt;script&gt;alert(1)" in body
