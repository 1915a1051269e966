"""What a file of organisations does, line by line, and that it does so once and only as it was shown."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator

import pytest
from django.utils import timezone
from django.utils.translation import override
from procrastinate.contrib.django.models import ProcrastinateJob

from connectors.models import Environment
from messaging import linking, tasks
from messaging.actions.organisation_import import OtherPlan, carry_out_import, lines_of, start_import
from messaging.actions.organisations import add_number, archive_organisation, create_organisation
from messaging.models import Message, Organisation, OrganisationImport
from messaging.organisation_plan import Outcome, Plan, make_plan
from portal.models import User
from tests.factories import OrganisationFactory
from tests.messaging.readings import make_read_message

HEADER = "Naam;Btw-nummer;KvK-nummer\n"


def _start(environment: Environment, user: User, *lines: str) -> OrganisationImport:
    content = HEADER + "\n".join(lines)
    return start_import(environment=environment, file_name="k.csv", content=content.encode(), acting_user=user)


def _plan(made: OrganisationImport) -> Plan:
    return make_plan(made.environment, lines_of(made))


def _do(made: OrganisationImport, user: User) -> dict[str, int]:
    return carry_out_import(made=made, fingerprint=_plan(made).fingerprint, acting_user=user)


def _organisation(environment: Environment, name: str, *numbers: tuple[str, str]) -> Organisation:
    made: Organisation = OrganisationFactory(environment=environment, name=name)
    for scheme, number in numbers:
        made.numbers.create(environment=environment, scheme=scheme, number=number)
    return made


def _numbers(environment: Environment) -> dict[str, set[str]]:
    found = Organisation.objects.filter(environment=environment)
    return {row.name: {number.number for number in row.numbers.all()} for row in found}


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """What a rule says is told apart by its source text."""
    with override("en"):
        yield


def test_nothing_is_saved_until_it_is_confirmed(environment: Environment, beheerder: User) -> None:
    made = _start(environment, beheerder, "Een B.V.;001234567B01;01234567")

    assert _plan(made).counts() == {"error": 0, "new": 1, "changed": 0, "unchanged": 0}
    assert not Organisation.objects.exists()


def test_lines_make_change_and_leave_organisations(environment: Environment, beheerder: User) -> None:
    _organisation(environment, "Oud B.V.", ("btw", "001234567B01"))
    _organisation(environment, "Zelfde B.V.", ("kvk", "01234567"))
    _organisation(environment, "Meer B.V.")
    made = _start(
        environment,
        beheerder,
        "Nieuw B.V.;NL009876543B01|009876543B02;",
        "Oud Holding B.V.;001234567B01;",
        "Zelfde B.V.;;01234567",
        "meer b.v.;002345678B01;",
    )

    counts = _do(made, beheerder)

    assert counts == {"error": 0, "new": 1, "changed": 2, "unchanged": 1}
    assert _numbers(environment) == {
        "Nieuw B.V.": {"009876543B01", "009876543B02"},
        "Oud Holding B.V.": {"001234567B01"},
        "Zelfde B.V.": {"01234567"},
        "meer b.v.": {"002345678B01"},
    }


def test_the_same_file_again_changes_nothing(environment: Environment, beheerder: User) -> None:
    lines = ("Een B.V.;001234567B01;01234567", "Twee B.V.;;")
    first = _start(environment, beheerder, *lines)
    _do(first, beheerder)

    assert _do(_start(environment, beheerder, *lines), beheerder)["unchanged"] == 2
    assert carry_out_import(made=first, fingerprint="any", acting_user=beheerder)["new"] == 2
    assert Organisation.objects.count() == 2


@pytest.mark.parametrize(
    ("line", "word"),
    [
        (";001234567B01;", "name"),
        ("X" * 151 + ";;", "150"),
        ("A;123456782;", "BSN"),
        ("A;;1234567", "zero"),
        ("A;001234567B01;01234567", "different organisations"),
        ("Twee B.V.;001234567B01;", "Een B.V."),
        ("A;003456789B01;", "archive"),
        ("Dubbel B.V.;;", "line 2"),
        ("A;009876543B01;", "line 2"),
        ("A;" + "|".join(f"{n:09}B01" for n in range(21)) + ";", "20"),
    ],
)
def test_a_line_with_an_error_is_left_out_and_says_why(
    environment: Environment, beheerder: User, line: str, word: str
) -> None:
    _organisation(environment, "Een B.V.", ("btw", "001234567B01"))
    _organisation(environment, "Twee B.V.", ("kvk", "01234567"))
    archived = _organisation(environment, "Weg B.V.", ("btw", "003456789B01"))
    archive_organisation(organisation=archived, acting_user=beheerder)
    before = Organisation.objects.count()
    made = _start(environment, beheerder, "Dubbel B.V.;009876543B01;", line)

    planned = _plan(made).lines[1]

    assert (planned.outcome, word in " ".join(planned.errors)) == (Outcome.ERROR, True)
    assert _do(made, beheerder)["error"] == 1
    assert Organisation.objects.count() == before + 1


def test_a_number_of_a_person_is_not_kept_at_all(environment: Environment, beheerder: User) -> None:
    content = b"Naam;Btw;KvK\nJan;123456782;\nPiet;NL 1234.56.782;123456782\n"

    made = start_import(environment=environment, file_name="k.csv", content=content, acting_user=beheerder)

    plan = make_plan(environment, lines_of(made))
    assert "123456782" not in "".join(json.dumps(made.lines) + str(line.errors) for line in plan.lines)
    assert [(line.outcome, len(line.errors), "BSN" in line.errors[0]) for line in plan.lines] == [
        (Outcome.ERROR, 1, True),
        (Outcome.ERROR, 2, True),
    ]


def test_two_lines_about_one_organisation_are_not_both_done(environment: Environment, beheerder: User) -> None:
    _organisation(environment, "Oud B.V.", ("btw", "001234567B01"))
    made = _start(environment, beheerder, "Anders B.V.;001234567B01;", "Oud B.V.;002345678B01;")

    assert [line.outcome for line in _plan(made).lines] == [Outcome.CHANGED, Outcome.ERROR]


def test_what_was_shown_is_what_is_done_or_nothing(environment: Environment, beheerder: User) -> None:
    made = _start(environment, beheerder, "Een B.V.;001234567B01;")
    shown = _plan(made).fingerprint
    other = create_organisation(environment=environment, name="Ander B.V.", acting_user=beheerder)
    add_number(organisation=other, scheme="btw", number="001234567B01", acting_user=beheerder)

    with pytest.raises(OtherPlan):
        carry_out_import(made=made, fingerprint=shown, acting_user=beheerder)

    assert [row.name for row in Organisation.objects.all()] == ["Ander B.V."]


def test_earlier_messages_are_linked_by_the_worker(
    environment: Environment, beheerder: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "NUMBERS_PER_JOB", 1)
    message = make_read_message(environment, "btw-2026-q1-nil.xbrl")
    made = _start(environment, beheerder, "Een B.V.;001234567B01;", f"Twee B.V.;{message.reading.number};")

    _do(made, beheerder)
    for _round in range(3):
        for job in ProcrastinateJob.objects.filter(task_name=linking.IMPORT_TASK):
            tasks.relink_imported(**job.args)

    assert Message.objects.get(pk=message.pk).organisation == Organisation.objects.get(name="Twee B.V.")
    assert message.events.filter(kind="linked").count() == 1


def test_five_thousand_lines_take_few_queries(
    environment: Environment, beheerder: User, django_assert_max_num_queries: object
) -> None:
    made = _start(environment, beheerder, *(f"Bedrijf {n};{n:09}B01;" for n in range(5_000)))

    with django_assert_max_num_queries(40):  # type: ignore[operator]  # a fixture without a public type
        counts = _do(made, beheerder)

    assert counts["new"] == 5_000


def test_files_that_nobody_confirmed_are_thrown_away(environment: Environment, beheerder: User) -> None:
    old = _start(environment, beheerder, "Een B.V.;;")
    OrganisationImport.objects.filter(pk=old.pk).update(made_at=timezone.now() - dt.timedelta(days=2))

    new = _start(environment, beheerder, "Twee B.V.;;")

    assert list(OrganisationImport.objects.all()) == [new]
