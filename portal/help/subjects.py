"""What the help says, per subject: topics with a stable anchor, in the words of DOMAIN."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Topic:
    """A part of a subject: paragraphs, then what one does, step by step."""

    anchor: str
    title: Promise
    paragraphs: tuple[Promise, ...] = ()
    steps: tuple[Promise, ...] = ()


@dataclass(frozen=True)
class Subject:
    """A page of the help; `slug` is in its address."""

    slug: str
    title: Promise
    lead: Promise
    topics: tuple[Topic, ...]
