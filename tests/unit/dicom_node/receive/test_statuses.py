"""The one table of wire statuses."""

import pytest
from pynetdicom.status import STORAGE_SERVICE_CLASS_STATUS

from dicom_node.receive.statuses import ANSWERS, Answer, Outcome

RETRIED = {
    Outcome.DISK_HIGH_WATER,
    Outcome.DISK_FAILED,
    Outcome.TOO_LARGE,
    Outcome.LEDGER_FULL,
    Outcome.LEDGER_FAILED,
    Outcome.STOPPING,
    Outcome.UNRECORDED,
}


def test_every_outcome_has_an_answer() -> None:
    assert set(ANSWERS) == set(Outcome)


def test_every_status_is_one_the_standard_gives_to_storage() -> None:
    assert [outcome for outcome, answer in ANSWERS.items() if answer.status not in STORAGE_SERVICE_CLASS_STATUS] == []


def test_what_can_pass_later_asks_the_sender_to_keep_its_copy() -> None:
    assert {outcome for outcome, answer in ANSWERS.items() if answer.status == 0xA700} == RETRIED


def test_success_is_said_only_of_what_is_kept_here_as_image_or_document() -> None:
    successes = {outcome for outcome, answer in ANSWERS.items() if answer.status == 0x0000}
    kept = {Outcome.STORED, Outcome.DUPLICATE, Outcome.RETRACTED, Outcome.OWN_RESULT, Outcome.CONFLICT}
    assert successes == kept


def test_whatever_the_sender_would_give_up_on_is_kept_for_a_person() -> None:
    given_up = {outcome for outcome, answer in ANSWERS.items() if answer.status & 0xF000 in (0xC000,)}
    given_up |= {outcome for outcome, answer in ANSWERS.items() if answer.status & 0xFF00 == 0xA900}
    assert given_up == {outcome for outcome, answer in ANSWERS.items() if answer.quarantined} - {Outcome.CONFLICT}


def test_a_refusal_says_why_to_the_sender() -> None:
    assert all(answer.comment for answer in ANSWERS.values() if answer.status != 0x0000)


def test_a_comment_that_does_not_fit_its_element_cannot_exist() -> None:
    with pytest.raises(ValueError, match="64"):
        Answer(0xA700, "", "x" * 65)
