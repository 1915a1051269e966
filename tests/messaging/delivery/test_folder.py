"""The folder: whole files or none, no way out of it, and responses that are half written or no responses."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from connectors.causes import Cause
from messaging.delivery.failures import DeliveryFailed
from messaging.delivery.folder import (
    ASIDE,
    PATIENCE,
    STALE,
    TAKEN,
    FolderError,
    Place,
    drop,
    parts_of,
    put_away,
    read_responses,
    tidy,
)
from messaging.delivery.webhook import Answer, Parcel

PARCEL = Parcel("A" * 32, "BTW_A.xbrl", b"<xbrl/>", {"messageId": "A" * 32, "organisation": "Café"})


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "root", "O12345AB", "belastingdienst/btw")


@pytest.fixture
def responses(place: Place) -> Path:
    with place.opened("antwoorden"):
        return place.root / "O12345AB/belastingdienst/btw/antwoorden"


def _out(place: Place) -> Path:
    return place.root / "O12345AB/belastingdienst/btw/uit"


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_document_and_its_facts_appear_and_nothing_else(place: Place) -> None:
    drop(PARCEL, place)

    assert _files(_out(place)) == ["BTW_A.xbrl", "BTW_A.xbrl.json"]
    assert (_out(place) / "BTW_A.xbrl").read_bytes() == PARCEL.content
    assert json.loads((_out(place) / "BTW_A.xbrl.json").read_text()) == PARCEL.facts


def test_the_same_parcel_again_is_the_same_two_files(place: Place) -> None:
    drop(PARCEL, place)
    before = {path.name: path.read_bytes() for path in _out(place).iterdir()}

    drop(PARCEL, place)

    assert {path.name: path.read_bytes() for path in _out(place).iterdir()} == before


def test_what_the_receiver_took_away_is_not_written_again(place: Place) -> None:
    drop(PARCEL, place)
    for path in _out(place).iterdir():
        path.unlink()

    drop(PARCEL, place)

    assert _files(_out(place)) == []


@pytest.mark.parametrize("moved", ["", "BTW_A.xbrl"])
def test_an_interrupted_move_is_finished_and_what_was_moved_is_not_written_again(
    place: Place, monkeypatch: pytest.MonkeyPatch, moved: str
) -> None:
    rename = os.rename

    def interrupted(source: str, target: str, **folders: int) -> None:
        if folders["src_dir_fd"] != folders["dst_dir_fd"] and source != moved:
            raise SystemExit
        rename(source, target, **folders)

    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", interrupted)
        with pytest.raises(SystemExit):
            drop(PARCEL, place)
    before = _files(_out(place))
    for path in _out(place).iterdir():
        path.unlink()  # the receiver is quick

    drop(PARCEL, place)

    assert before == [moved] * bool(moved)
    assert _files(_out(place)) == [name for name in ("BTW_A.xbrl", "BTW_A.xbrl.json") if name != moved]


def test_what_lost_workers_left_is_removed_when_it_is_old_and_of_no_use(place: Place) -> None:
    waits, done = "B" * 32, "C" * 32
    half, foreign = f".BTW_{'D' * 32}.xbrl.0123456789abcdef.part", "TEST-0123456789ABCDEF01234567"
    with place.opened("onderweg"):
        aside = place.root / "O12345AB/belastingdienst/btw/onderweg"
    for name in (waits, f"BTW_{waits}.xbrl.json", done, f"BTW_{done}.xbrl", half, foreign):
        (aside / name).write_text("")
    asked: list[str] = []

    def waiting(message_ids: list[str]) -> set[str]:
        asked.extend(sorted(message_ids))
        return {waits}

    tidy(place, waiting=waiting)
    early = _files(aside)
    tidy(place, waiting=waiting, now=time.time() + STALE + 5)

    assert (len(early), asked) == (6, [waits, done] * 2)
    assert _files(aside) == [waits, f"BTW_{waits}.xbrl.json"]


@pytest.mark.parametrize("level", ["O12345AB", "O12345AB/belastingdienst", "O12345AB/belastingdienst/btw/uit"])
def test_a_link_on_the_way_leads_nowhere(place: Place, tmp_path: Path, level: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    link = place.root / level
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(elsewhere)

    with pytest.raises(DeliveryFailed) as failure:
        drop(PARCEL, place)

    assert (failure.value.cause, _files(elsewhere)) == (Cause.DELIVERY_FOLDER_UNUSABLE, [])


def test_a_link_in_the_place_of_the_file_is_replaced_and_not_followed(place: Place, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("van een ander")
    with place.opened("uit"):
        (_out(place) / "BTW_A.xbrl").symlink_to(victim)

    drop(PARCEL, place)

    assert (victim.read_text(), (_out(place) / "BTW_A.xbrl").is_symlink()) == ("van een ander", False)


@pytest.mark.parametrize(
    "folder", ["", "..", "a/../b", "/etc", "a//b", "A", "a b", ".verborgen", "a/b/c/d", "a..b", "a\0", "é"]
)
def test_what_is_no_folder_below_the_root(folder: str) -> None:
    with pytest.raises(FolderError):
        parts_of(folder)


def test_responses_are_read_and_put_away(place: Place, responses: Path) -> None:
    (responses / "1.json").write_text(json.dumps({"messageId": "a" * 32, "status": "accepted"}))
    (responses / "2.json").write_text(
        "\ufeff" + json.dumps({"messageId": "b" * 32, "status": "refused", "reason": "Te laat"}), encoding="utf-8"
    )

    found = read_responses(place)
    put_away(place, "1.json", TAKEN)
    put_away(place, "2.json", ASIDE)
    (responses / "1.json").write_text("{}")
    put_away(place, "1.json", TAKEN)

    assert [(one.file, one.message_id, one.answer) for one in found] == [
        ("1.json", "A" * 32, Answer(True)),
        ("2.json", "B" * 32, Answer(False, "Te laat")),
    ]
    assert _files(responses) == ["apart", "verwerkt"]
    assert (len(_files(responses / "verwerkt")), _files(responses / "apart")) == (2, ["2.json"])


def test_a_half_written_response_is_left_until_it_has_had_its_time(place: Place, responses: Path) -> None:
    half = responses / "half.json"
    half.write_text('{"messageId": "' + "a" * 32)
    for name in (".half.json", "half.part", "half.json.tmp"):
        (responses / name).write_text("")
    written = half.stat().st_mtime

    early, late = (read_responses(place, now=written + seconds) for seconds in (1, PATIENCE + 1))

    assert (early, [(one.file, one.fault) for one in late]) == ([], [("half.json", "no JSON")])


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"x" * 70_000, "more than 65536 bytes"),
        (b"[]", "no messageId"),
        (b'{"messageId": 5}', "no messageId"),
        (b'{"messageId": "../../x", "status": "accepted"}', "no messageId"),
        (b'{"messageId": "%s", "status": "ja"}' % (b"a" * 32), "status is neither accepted nor refused"),
        (b"\xff\xfe", "no JSON"),
        (b"[" * 50_000, "no JSON"),
    ],
)
def test_what_is_no_response_says_why(place: Place, responses: Path, content: bytes, fault: str) -> None:
    (responses / "x.json").write_bytes(content)

    (found,) = read_responses(place, now=2**40)

    assert (found.answer, found.fault) == (None, fault)


def test_links_pipes_and_folders_among_the_responses_are_not_read(
    place: Place, responses: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text(json.dumps({"messageId": "a" * 32, "status": "accepted"}))
    (responses / "link.json").symlink_to(secret)
    os.mkfifo(responses / "pipe.json")
    (responses / "folder.json").mkdir()

    found = {one.file: one.fault for one in read_responses(place, now=2**40)}

    assert found == {
        "folder.json": "no regular file",
        "link.json": "a link, or no folder",
        "pipe.json": "no regular file",
    }
