"""The audit trail of configuration: database triggers record every change, and nothing takes a record away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import pghistory
import pgtrigger
from django.db import models

ModelClass = TypeVar("ModelClass", bound=type[models.Model])


def no_truncate() -> pgtrigger.Trigger:
    """Make the trigger that refuses TRUNCATE, which row triggers do not see."""
    return pgtrigger.Trigger(
        name="no_truncate",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func="RAISE EXCEPTION '% is never emptied', TG_TABLE_NAME USING ERRCODE = 'check_violation';",
    )


def track(*, exclude: Sequence[str] = ()) -> Callable[[ModelClass], ModelClass]:
    """Record every insert, update and delete of a model in `<Model>Event`, append-only, also by shell or bulk update.

    `exclude` names the columns that never enter the history: secrets, and dates of use that would drown it. An update
    of those alone leaves no event.
    """
    tracked: Callable[[ModelClass], ModelClass] = pghistory.track(
        exclude=list(exclude), meta={"triggers": [no_truncate()]}
    )
    return tracked
