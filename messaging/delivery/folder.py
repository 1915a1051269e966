"""Handing a message over in a folder, and reading the responses in it.

    <DELIVERY_ROOT>/<environment>/<folder>/
        uit/                    the document, then its facts as .json: when that is there, both are whole
        onderweg/               ours: both while they are written, and which messages were moved from there to `uit`
        antwoorden/             files {"messageId": ..., "status": "accepted" | "refused", "reason": ...}
        antwoorden/verwerkt/    those that were taken over
        antwoorden/apart/       files that are no response

Every step of the way is opened as a folder that is no link, and files by their name in it: whoever may write in one
folder cannot send us to another. A file appears at once and whole (written aside, flushed, moved, folder flushed), and
once: after a crash the receiver may have taken it away, so what was moved before is not written again.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import secrets
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from connectors.causes import Cause
from messaging.delivery.failures import DeliveryFailed, Trace, untold
from messaging.delivery.webhook import Answer, Parcel, read_answer

OUT, UNDER_WAY, RESPONSES, TAKEN, ASIDE = "uit", "onderweg", "antwoorden", "verwerkt", "apart"
STALE = 600  # seconds after which nobody writes any more what is half written: longer than a worker holds a message
MAX_RESPONSE = 64 * 1024  # bytes
MAX_RESPONSES = 200  # that are read at one go
PATIENCE = 60  # seconds that an unfinished response may stay unfinished
_PART = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,38}[a-z0-9])?")
_ID = re.compile(r"[0-9A-F]{32}")
_ID_IN_NAME = re.compile(r"(?<![0-9A-F])[0-9A-F]{32}(?![0-9A-F])")
_UNFINISHED = (".part", ".tmp", ".filepart")


class FolderError(ValueError):
    """A name that is no folder below the root."""


def parts_of(folder: str) -> list[str]:
    """Read the name of a folder: up to three plain names with slashes between them. Raises `FolderError`."""
    parts = folder.split("/")
    if len(parts) > 3 or not all(_PART.fullmatch(part) and ".." not in part for part in parts):
        raise FolderError(folder)
    return parts


@dataclass(frozen=True)
class Place:
    """The folder of a channel."""

    root: Path
    environment: str
    folder: str

    @contextmanager
    def opened(self, *names: str) -> Iterator[int]:
        """Open a folder below this one, and make what is missing. Raises `OSError`."""
        self.root.mkdir(mode=0o750, parents=True, exist_ok=True)
        current = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for name in (self.environment, *parts_of(self.folder), *names):
                deeper = _step(current, name)
                os.close(current)
                current = deeper
            yield current
        finally:
            os.close(current)


@dataclass(frozen=True)
class Response:
    """A file in the folder for responses. Without an `answer` it is none, for the reason `fault`."""

    file: str
    message_id: str = ""
    answer: Answer | None = None
    fault: str = ""


def drop(parcel: Parcel, place: Place, *, trace: Trace = untold) -> None:
    """Put a parcel into the folder, once. The same parcel again goes on where the attempt before was interrupted.

    Raises `DeliveryFailed`.
    """
    try:
        with place.opened(OUT) as folder, place.opened(UNDER_WAY) as aside:
            trace(_("The folder is there and can be opened."))
            names = (parcel.name, f"{parcel.name}.json")
            if _exists(aside, parcel.message_id) or _set_aside(parcel, names, aside):
                for name in names:
                    with contextlib.suppress(FileNotFoundError):  # moved before the interruption
                        os.rename(name, name, src_dir_fd=aside, dst_dir_fd=folder)
            os.fsync(folder)
            trace(_("The document and its facts were written, and are safe on the disk."))
    except (OSError, FolderError) as error:
        raise DeliveryFailed(Cause.DELIVERY_FOLDER_UNUSABLE, _in_words(error)) from None


def tidy(place: Place, *, waiting: Callable[[list[str]], set[str]], now: float | None = None) -> None:
    """Remove what interrupted attempts left behind. Raises `OSError`, `FolderError`.

    `waiting` tells which of these messages are still to be handed over: what is known of those stays.
    """
    before = (time.time() if now is None else now) - STALE
    with place.opened(UNDER_WAY) as aside:
        names = os.listdir(aside)
        kept = waiting([name for name in names if _ID.fullmatch(name)])
        for name in names:
            found = _ID_IN_NAME.search(name)
            if found and found[0] in kept:
                continue
            with contextlib.suppress(FileNotFoundError):
                if os.stat(name, dir_fd=aside, follow_symlinks=False).st_mtime < before:
                    os.unlink(name, dir_fd=aside)


def read_responses(place: Place, *, now: float | None = None) -> list[Response]:
    """Return the responses that are ready, the oldest names first. Raises `DeliveryFailed`."""
    try:
        with place.opened(RESPONSES) as folder:
            names = sorted(name for name in os.listdir(folder) if _may_be_ready(name))
            found = (_read(folder, name, time.time() if now is None else now) for name in names[:MAX_RESPONSES])
            return [response for response in found if response]
    except (OSError, FolderError) as error:
        raise DeliveryFailed(Cause.DELIVERY_FOLDER_UNUSABLE, _in_words(error)) from None


def put_away(place: Place, file: str, where: str) -> None:
    """Move a response that was dealt with (`TAKEN`) or is none (`ASIDE`); an older one of its name stays too."""
    with place.opened(RESPONSES) as folder, place.opened(RESPONSES, where) as target:
        name = file
        if _exists(target, name):
            stem, point, ending = file.partition(".")
            name = f"{stem}-{secrets.token_hex(4)}{point}{ending}"
        with contextlib.suppress(FileNotFoundError):  # another worker was first
            os.rename(file, name, src_dir_fd=folder, dst_dir_fd=target)
            os.fsync(target)
            os.fsync(folder)


def _step(folder: int, name: str) -> int:
    with contextlib.suppress(FileExistsError):
        os.mkdir(name, 0o750, dir_fd=folder)
        os.fsync(folder)
    return os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)


def _set_aside(parcel: Parcel, names: tuple[str, str], aside: int) -> bool:
    """Write both files, and then that they are whole: a file with the name of the message. False: somebody else did.

    From then on they are only moved.
    """
    for name, content in zip(names, (parcel.content, parcel.as_json), strict=True):
        _write(aside, name, content)
    os.fsync(aside)
    try:
        os.close(os.open(parcel.message_id, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640, dir_fd=aside))
    except FileExistsError:
        return False
    os.fsync(aside)
    return True


def _write(folder: int, name: str, content: bytes) -> None:
    aside = f".{name}.{secrets.token_hex(8)}.part"
    file = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o640, dir_fd=folder)
    try:
        with os.fdopen(file, "wb") as writing:
            writing.write(content)
            writing.flush()
            os.fsync(writing.fileno())
        os.rename(aside, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(aside, dir_fd=folder)
        raise


def _may_be_ready(name: str) -> bool:
    return not (name.startswith(".") or name in (TAKEN, ASIDE) or name.endswith(_UNFINISHED))


def _read(folder: int, name: str, now: float) -> Response | None:
    """Read one file; None when it may still be being written."""
    try:
        file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except FileNotFoundError:
        return None
    except OSError as error:
        return Response(name, fault=_in_words(error))
    found = os.fstat(file)
    if not stat.S_ISREG(found.st_mode):
        os.close(file)
        return Response(name, fault="no regular file")
    with os.fdopen(file, "rb") as reading:
        raw = reading.read(MAX_RESPONSE + 1)
    if len(raw) > MAX_RESPONSE:
        return Response(name, fault=f"more than {MAX_RESPONSE} bytes")
    response = _understood(name, raw)
    return None if response.fault and now - found.st_mtime < PATIENCE else response


def _understood(name: str, raw: bytes) -> Response:
    try:
        told = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return Response(name, fault="no JSON")
    message_id = told.get("messageId") if isinstance(told, dict) else None
    plain = message_id.replace("-", "").upper() if isinstance(message_id, str) else ""
    if not _ID.fullmatch(plain):
        return Response(name, fault="no messageId")
    answer = read_answer(json.dumps(told).encode())
    if answer is None:
        return Response(name, plain, fault="status is neither accepted nor refused")
    return Response(name, plain, answer)


def _exists(folder: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _in_words(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno in (errno.ELOOP, errno.ENOTDIR):
        return "a link, or no folder"
    return (error.strerror or type(error).__name__) if isinstance(error, OSError) else "no folder below the root"
