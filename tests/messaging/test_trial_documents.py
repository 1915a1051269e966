"""What test messages carry."""

from __future__ import annotations

import pytest

from messaging.kinds import MessageKind
from messaging.trial_documents import document_of
from messaging.xbrl import read_document


@pytest.mark.parametrize("kind", [*MessageKind])
def test_every_type_has_a_document_that_is_read_as_that_type(kind: MessageKind) -> None:
    document = read_document(document_of(kind))

    assert (document.kind, document.findings) == (kind, ())
    assert set(document.identifier) <= {"0", "B"}
