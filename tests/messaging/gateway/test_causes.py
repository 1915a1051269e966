"""The list of causes itself: nothing stands in it without words, owner, action, help, and a test that produces it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.utils import translation

from connectors.causes import Cause
from connectors.explanations import GENERIC_TEXT, Answer, Fix, Owner
from messaging.redeciding import AT_THE_DOOR
from portal.help.causes import WORDS
from tests.messaging.gateway.test_break_and_mend import PRESSED
from tests.messaging.gateway.test_sender_mends import SENDER

TESTS = Path(__file__).parents[2]
MENDED = {
    *(cause for _break, cause, _rule in PRESSED),
    *(cause for cause, _wrong in SENDER),
    Cause.TOKEN_DELETED,
    Cause.TOKEN_EXPIRED,
    Cause.OTHER_CUSTOMER_ENVIRONMENT,
    Cause.ADDRESS_NOT_ALLOWLISTED,
}
PROCESSING, CLAIMS = "messaging/test_processing.py", "connectors/actions/test_claims.py"
WEBHOOK, WORKER = "messaging/delivery/test_webhook.py", "messaging/delivery/test_worker.py"
# Where the others come about: the test that does what leads to it, and expects this cause.
ELSEWHERE: dict[Cause, tuple[str, str]] = {
    Cause.TOO_MANY_FAILURES: (
        "messaging/gateway/test_throttling.py",
        "test_the_log_says_once_that_an_address_is_slowed",
    ),
    Cause.UNEXPECTED: (
        "messaging/gateway/test_hostile.py",
        "test_a_defect_of_ours_is_a_refusal_with_a_log_reference",
    ),
    Cause.NOT_PROCESSABLE: (PROCESSING, "test_what_cannot_be_processed_is_rejected_with_a_log_reference"),
    Cause.OTHER_MESSAGE_TYPE: (PROCESSING, "test_what_cannot_be_processed_is_rejected_with_a_log_reference"),
    Cause.WORKFLOW_MISSING: (
        PROCESSING,
        "test_a_message_whose_type_lost_its_workflow_is_rejected_with_that_reason",
    ),
    Cause.PROCESSING_GAVE_UP: (PROCESSING, "test_a_poison_message_is_given_up_and_the_others_flow_on"),
    Cause.CLAIM_OPENED_AGAIN: (CLAIMS, "test_a_second_opening_gives_nothing_and_raises_the_alarm_once"),
    Cause.CLAIM_WRONG_CODES: (CLAIMS, "test_many_wrong_codes_raise_the_alarm_and_the_right_one_still_opens"),
    Cause.DELIVERY_UNREACHABLE: (WEBHOOK, "test_nobody_there"),
    Cause.DELIVERY_ADDRESS_FORBIDDEN: (WEBHOOK, "test_a_private_address_is_not_called_unless_it_is_allowed"),
    Cause.DELIVERY_NOT_TRUSTED: (WEBHOOK, "test_without_tls_nothing_goes_to_the_public_internet"),
    Cause.DELIVERY_TOO_SLOW: (WEBHOOK, "test_a_receiver_that_dribbles_is_cut_off_when_the_time_is_over"),
    Cause.DELIVERY_REDIRECTED: (WEBHOOK, "test_a_redirect_is_not_followed"),
    Cause.DELIVERY_TURNED_AWAY: (
        WEBHOOK,
        "test_an_answer_that_is_no_success_is_a_failure_of_the_channel_or_of_the_message",
    ),
    Cause.DELIVERY_ANSWER_BROKEN: (WEBHOOK, "test_what_is_no_answer_is_a_failure"),
    Cause.DELIVERY_FOLDER_UNUSABLE: (
        "messaging/delivery/test_folder.py",
        "test_a_link_on_the_way_leads_nowhere",
    ),
    Cause.DELIVERY_SECRET_UNREADABLE: (
        "messaging/delivery/test_failures.py",
        "test_a_secret_that_cannot_be_read_any_more_stops_the_channel",
    ),
    Cause.DELIVERY_NOT_AS_APPROVED: (WORKER, "test_what_nobody_approved_does_not_go_out"),
    Cause.DELIVERY_INTERRUPTED: (WORKER, "test_a_message_that_kills_its_workers_is_given_up"),
    Cause.RESPONSE_UNREADABLE: (
        "messaging/delivery/test_responses.py",
        "test_what_is_no_response_of_this_channel_is_set_aside_with_a_log_entry",
    ),
}


def _source_of(path: str, name: str) -> str:
    """Return the source of a test with its decorators; empty when there is no such test."""
    text = (TESTS / path).read_text(encoding="utf-8")
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            return "\n".join(text.splitlines()[first - 1 : node.end_lineno])
    return ""


@pytest.mark.parametrize("cause", Cause, ids=lambda cause: cause.code)
def test_every_cause_says_all_that_is_needed_in_both_languages(cause: Cause) -> None:
    explanation = cause.value
    told = {}
    for language in ("nl", "en"):
        with translation.override(language):
            words = [explanation.text, explanation.owner.value, explanation.fix.value, WORDS[cause.code]]
            told[language] = [str(text) for text in words]

    assert all(told["en"])
    assert [text for text, source in zip(told["nl"], told["en"], strict=True) if text == source] == []
    assert (isinstance(explanation.owner, Owner), isinstance(explanation.fix, Fix)) == (True, True)
    assert explanation.caller or explanation.answer is not Answer.REFUSED


@pytest.mark.parametrize("cause", Cause, ids=lambda cause: cause.code)
def test_every_cause_is_brought_about_by_a_test(cause: Cause) -> None:
    """A test that only writes the cause into the log would not do: it is broken and mended, or named above."""
    if cause not in MENDED:
        assert f"Cause.{cause.name}" in _source_of(*ELSEWHERE[cause])


def test_every_cause_at_the_door_is_mended() -> None:
    assert {*AT_THE_DOOR} <= MENDED
    assert {*ELSEWHERE}.isdisjoint(MENDED)


def test_no_two_causes_of_a_stranger_can_be_told_apart() -> None:
    closed = {Answer.UNAUTHENTICATED, Answer.FORBIDDEN}
    strangers = [cause.value for cause in AT_THE_DOOR if cause.value.answer in closed]

    assert {explanation.caller for explanation in strangers} == {GENERIC_TEXT}
    assert len({explanation.error_number for explanation in strangers}) == 1
