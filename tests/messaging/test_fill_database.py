from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from messaging.management.commands import fill_database
from messaging.models import Message, MessageContent, MessageEvent, MessageReading
from tests.factories import TokenFactory


@pytest.mark.django_db(transaction=True)
def test_the_database_is_filled_with_whole_messages_in_the_order_of_their_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    token = TokenFactory(app_connector__environment__code="O12345AB")
    monkeypatch.setattr(fill_database, "CHUNK", 700)
    told = StringIO()

    call_command("fill_database", messages=1500, stdout=told)

    ordered = [*Message.objects.order_by("id").values_list("received_at", flat=True)]
    assert told.getvalue().startswith("1500 messages")
    assert (len(ordered), ordered) == (1500, sorted(ordered))
    assert (MessageContent.objects.count(), MessageReading.objects.count()) == (1500, 1500)
    assert MessageEvent.objects.count() == 3000
    assert set(Message.objects.values_list("status", flat=True)) == {30, 40, 60, 80, 90}
    # What the triggers would have checked is true.
    for message in Message.objects.all()[:20]:
        assert message.events.filter(to_status=message.status, at=message.status_changed_at).exists()
    assert {message.environment for message in Message.objects.all()[:5]} == {token.environment}


@pytest.mark.django_db
def test_production_is_not_filled(settings: Settings) -> None:
    settings.PRODUCTION = True

    with pytest.raises(CommandError):
        call_command("fill_database", messages=1)
