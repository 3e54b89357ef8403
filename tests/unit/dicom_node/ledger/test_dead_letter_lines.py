from sqlalchemy import Engine

from dicom_node.ledger.dead_letter_lines import DeadLetterBook
from dicom_node.ledger.interventions import Interventions
from dicom_node.ledger.ledger import Ledger
from domain.delivery import Attempt, Outcome, Receipt
from domain.document import DocumentKind
from tests.fakes.answered import answer

REFUSED = Attempt((Receipt("1.1.1.0", Outcome.REFUSED, "0x0122 SOP class not supported"),), "Enable it there.")


def fail(ledger: Ledger, attempt: Attempt = REFUSED, study: str = "1") -> None:
    ledger.keep_attempt(ledger.delivery(f"1.{study}", 1, "pacs"), attempt, retry_after_seconds=None)


def test_a_letter_says_what_it_was_to_bring_and_what_the_peer_said(ledger: Ledger, engine: Engine) -> None:
    answer(ledger, recipients=["pacs"])
    fail(ledger)
    (letter,) = DeadLetterBook(engine).letters()
    assert letter.kinds == {DocumentKind.STRUCTURED_REPORT: 1}
    assert letter.last_status == "0x0122 SOP class not supported"
    assert letter.delivery.explanation == "Enable it there."


def test_what_the_peer_has_is_not_among_what_it_lacks(ledger: Ledger, engine: Engine) -> None:
    answer(ledger, recipients=["pacs"])
    fail(ledger, Attempt((*REFUSED.receipts, Receipt("1.1.1.9", Outcome.DELIVERED, "0x0000 Success")), "Partly."))
    (letter,) = DeadLetterBook(engine).letters()
    assert (sum(letter.kinds.values()), letter.last_status) == (1, "0x0122 SOP class not supported")


def test_a_letter_of_which_nothing_was_sent_has_no_status(ledger: Ledger, engine: Engine) -> None:
    answer(ledger, recipients=["pacs"])
    fail(ledger, Attempt((), "There is no such destination."))
    (letter,) = DeadLetterBook(engine).letters()
    assert (letter.kinds, letter.last_status) == ({}, "")


def test_no_more_are_listed_than_asked_for(ledger: Ledger, engine: Engine) -> None:
    for study in "123":
        answer(ledger, study=study, recipients=["pacs"])
        fail(ledger, study=study)
    assert [each.delivery.study_instance_uid for each in DeadLetterBook(engine).letters(limit=2)] == ["1.1", "1.2"]


def test_who_gave_one_up_and_why_is_listed(ledger: Ledger, engine: Engine, interventions: Interventions) -> None:
    answer(ledger, recipients=["pacs"])
    fail(ledger)
    interventions.discard("1.1", "pacs", "the archive moved", "night shift")
    (gone,) = DeadLetterBook(engine).given_up()
    assert (gone.destination, gone.reason, gone.by) == ("pacs", "the archive moved", "night shift")
    assert list(DeadLetterBook(engine).letters()) == []
