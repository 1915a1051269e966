"""Organisations and their numbers, and how messages follow them: earlier ones, later ones, and the rest in batches."""

from __future__ import annotations

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from connectors.models import Environment
from messaging import linking, tasks
from messaging.actions.linking import link_message, link_to_new_organisation, unlink_message
from messaging.actions.organisations import (
    add_number,
    archive_organisation,
    create_organisation,
    delete_organisation,
    remove_number,
    rename_organisation,
)
from messaging.models import Message, Organisation, OrganisationNumber
from messaging.processing import process_batch
from messaging.statuses import Status
from portal.errors import DomainError
from portal.models import User
from tests.factories import OrganisationFactory
from tests.messaging.readings import DOCUMENTS, make_message, make_read_message, open_type

FIRST = "btw-2017-q1-nt11.xbrl"


def _organisation(environment: Environment, name: str = "Bakkerij B.V.") -> Organisation:
    made: Organisation = OrganisationFactory(environment=environment, name=name)
    return made


def _about(message: Message) -> str | None:
    found: str | None = Message.objects.values_list("organisation__name", flat=True).get(pk=message.pk)
    return found


def _events(message: Message) -> list[tuple[str, str, str]]:
    return list(message.events.exclude(kind="status").order_by("id").values_list("kind", "note", "actor_name"))


def test_a_linked_number_takes_earlier_and_later_messages_along(environment: Environment, behandelaar: User) -> None:
    earlier, message = (make_read_message(environment, FIRST) for _ in range(2))
    other = make_read_message(environment, "btw-2026-q1-nil.xbrl")
    elsewhere = make_read_message(OrganisationFactory().environment, FIRST)
    organisation = _organisation(environment)

    linked = link_message(message=message, organisation=organisation, acting_user=behandelaar)

    later = make_message(environment, raw=(DOCUMENTS / FIRST).read_bytes())
    process_batch()
    assert linked == 2
    assert [_about(m) for m in (earlier, message, later)] == ["Bakkerij B.V."] * 3
    assert [_about(m) for m in (other, elsewhere)] == [None, None]
    assert _events(earlier) == [("linked", "Bakkerij B.V.", "Persoon behandelaar")]


def test_linking_again_changes_nothing(environment: Environment, behandelaar: User) -> None:
    message, organisation = make_read_message(environment, FIRST), _organisation(environment)
    link_message(message=message, organisation=organisation, acting_user=behandelaar)

    assert link_message(message=message, organisation=organisation, acting_user=behandelaar) == 0
    assert (len(_events(message)), organisation.numbers.count()) == (1, 1)


def test_another_link_moves_the_number_with_all_its_messages(environment: Environment, behandelaar: User) -> None:
    earlier, message = (make_read_message(environment, FIRST) for _ in range(2))
    wrong, right = _organisation(environment, "Fout B.V."), _organisation(environment, "Goed B.V.")
    link_message(message=message, organisation=wrong, acting_user=behandelaar)

    link_message(message=message, organisation=right, acting_user=behandelaar)

    assert [_about(m) for m in (earlier, message)] == ["Goed B.V."] * 2
    assert (wrong.numbers.count(), right.numbers.get().number) == (0, message.reading.number)


def test_taking_a_link_away_makes_all_its_messages_unknown(environment: Environment, behandelaar: User) -> None:
    earlier, message = (make_read_message(environment, FIRST) for _ in range(2))
    link_to_new_organisation(message=message, name=" Bakkerij  B.V. ", acting_user=behandelaar)
    message = Message.objects.select_related("organisation", "reading").get(pk=message.pk)

    unlink_message(message=message, acting_user=behandelaar)

    assert [_about(m) for m in (earlier, message)] == [None, None]
    assert _events(message)[-1] == ("unlinked", "Bakkerij B.V.", "Persoon behandelaar")
    assert not OrganisationNumber.objects.exists()


def test_without_a_number_only_this_message_is_linked(environment: Environment, behandelaar: User) -> None:
    message, other = (make_message(environment, status=Status.IN_WORKFLOW) for _ in range(2))
    organisation = _organisation(environment)

    assert link_message(message=message, organisation=organisation, acting_user=behandelaar) == 1

    assert (_about(message), _about(other), organisation.numbers.count()) == ("Bakkerij B.V.", None, 0)
    unlink_message(message=Message.objects.get(pk=message.pk), acting_user=behandelaar)
    assert _about(message) is None


def test_a_number_like_a_bsn_in_a_message_is_not_remembered(environment: Environment, behandelaar: User) -> None:
    message = make_read_message(environment, FIRST)
    message.reading.number = "123456782"
    message.reading.save(update_fields=["number"])
    organisation = _organisation(environment)

    link_message(message=message, organisation=organisation, acting_user=behandelaar)

    assert (_about(message), organisation.numbers.count()) == ("Bakkerij B.V.", 0)


def test_foreign_and_archived_organisations_are_not_linked(environment: Environment, beheerder: User) -> None:
    message, archived = make_read_message(environment, FIRST), _organisation(environment)
    archive_organisation(organisation=archived, acting_user=beheerder)

    for organisation in (archived, OrganisationFactory()):
        with pytest.raises(DomainError):
            link_message(message=message, organisation=organisation, acting_user=beheerder)

    assert _about(message) is None


def test_many_messages_are_linked_in_batches_by_the_worker(
    environment: Environment, beheerder: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = [make_read_message(environment, FIRST) for _ in range(5)]
    monkeypatch.setattr(linking, "AT_ONCE", 2)
    monkeypatch.setattr(tasks, "BATCH", 2)

    linked = add_number(
        organisation=_organisation(environment),
        scheme="btw",
        number=messages[0].reading.number,
        acting_user=beheerder,
    )

    assert (linked, [_about(m) is None for m in messages]) == (2, [True, True, True, False, False])
    for _batch in range(2):
        job = ProcrastinateJob.objects.filter(task_name=linking.TASK, scheduled_at__isnull=True).latest("id")
        tasks.relink_messages(**job.args)
    assert [_about(m) for m in messages] == ["Bakkerij B.V."] * 5
    assert [len(_events(m)) for m in messages] == [1] * 5


def test_a_message_that_is_read_meanwhile_is_found_by_the_second_look(
    environment: Environment, beheerder: User
) -> None:
    number = make_read_message(environment, FIRST).reading.number
    add_number(organisation=_organisation(environment), scheme="btw", number=number, acting_user=beheerder)
    slow = make_read_message(environment, FIRST)

    job = ProcrastinateJob.objects.filter(task_name=linking.TASK, scheduled_at__isnull=False).get()
    tasks.relink_messages(**job.args)

    assert _about(slow) == "Bakkerij B.V."


def test_a_number_names_one_organisation(environment: Environment, beheerder: User) -> None:
    first, second = _organisation(environment, "Een B.V."), _organisation(environment, "Twee B.V.")
    add_number(organisation=first, scheme="btw", number="001234567B01", acting_user=beheerder)

    with pytest.raises(DomainError, match=r"Een B\.V\.") as refusal:
        add_number(organisation=second, scheme="btw", number="NL001234567B01", acting_user=beheerder)

    assert refusal.value.field == "number"
    assert add_number(organisation=first, scheme="btw", number="001234567B02", acting_user=beheerder) == 0
    assert first.numbers.count() == 2


def test_a_number_that_goes_takes_the_organisation_off_its_messages(environment: Environment, beheerder: User) -> None:
    open_type(environment)
    message, organisation = make_read_message(environment, FIRST), _organisation(environment)
    link_message(message=message, organisation=organisation, acting_user=beheerder)

    remove_number(number=organisation.numbers.get(), acting_user=beheerder)

    assert _about(message) is None


def test_names_are_unique_whatever_their_capitals(environment: Environment, beheerder: User) -> None:
    _organisation(environment, "Een B.V.")
    second = _organisation(environment, "Twee B.V.")

    with pytest.raises(DomainError):
        create_organisation(environment=environment, name="EEN b.v.", acting_user=beheerder)
    with pytest.raises(DomainError):
        rename_organisation(organisation=second, name="een B.V.", acting_user=beheerder)

    assert rename_organisation(organisation=second, name="TWEE B.V.", acting_user=beheerder).name == "TWEE B.V."


def test_what_messages_are_about_is_archived_and_not_deleted(environment: Environment, beheerder: User) -> None:
    used, unused = _organisation(environment, "Een B.V."), _organisation(environment, "Twee B.V.")
    link_message(message=make_read_message(environment, FIRST), organisation=used, acting_user=beheerder)

    with pytest.raises(DomainError):
        delete_organisation(organisation=used, acting_user=beheerder)
    delete_organisation(organisation=unused, acting_user=beheerder)

    assert list(Organisation.objects.filter(environment=environment)) == [used]
