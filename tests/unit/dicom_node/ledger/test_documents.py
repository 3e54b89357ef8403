from pathlib import Path

import pytest

from dicom_node.ledger.ledger import Ledger
from dicom_node.ledger.queries import LedgerView
from domain.document import DocumentKind
from domain.errors import LedgerError
from tests.fakes.answered import answer, close, make_document, say
from tests.fakes.arrivals import arrive
from tests.fakes.starts import FakeStarts


def test_documents_come_back_byte_for_byte(ledger: Ledger) -> None:
    documents = answer(ledger)
    assert ledger.documents("1.1", 1) == documents


def test_the_first_answer_of_a_version_stays(ledger: Ledger, starts: FakeStarts) -> None:
    first = answer(ledger)
    other = make_document("1", kind=DocumentKind.SECONDARY_CAPTURE)
    ledger.keep_answer("1.1", 1, [other], findings=say("1"), recipients=["pacs"])
    assert ledger.documents("1.1", 1) == first
    assert len(starts.deliveries) == 1


def test_files_left_by_a_crash_before_the_rows_are_replaced(ledger: Ledger, tmp_path: Path) -> None:
    left = tmp_path / "documents" / "1.1" / "1" / "structured_report-1.9.dcm"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    documents = answer(ledger)
    assert not left.exists()
    assert ledger.documents("1.1", 1) == documents


def test_an_answer_that_is_not_kept_leaves_no_file(ledger: Ledger, tmp_path: Path) -> None:
    answer(ledger)
    ledger.keep_answer(
        "1.1", 1, [make_document("1", kind=DocumentKind.SECONDARY_CAPTURE)], findings=say("1"), recipients=[]
    )
    (file,) = (path for path in (tmp_path / "documents").rglob("*") if path.is_file())
    assert file.name == "structured_report-1.1.1.0.dcm"


def test_a_document_whose_file_was_changed_never_leaves(ledger: Ledger, view: LedgerView) -> None:
    answer(ledger)
    history = view.history("1.1")
    assert history is not None
    history.documents[0].path.write_bytes(b"tampered")
    with pytest.raises(LedgerError, match="not the one that was written"):
        ledger.documents("1.1", 1)


def test_a_version_that_is_not_complete_takes_no_answer(ledger: Ledger) -> None:
    ledger.record_instance(arrive("1", "1"))
    ledger.keep_answer("1.1", 1, [make_document("1")], findings=say("1"), recipients=["pacs"])
    assert ledger.documents("1.1", 1) == ()


def test_why_documents_are_missing_is_kept(ledger: Ledger, view: LedgerView) -> None:
    ledger.record_instance(arrive("1", "1"))
    close(ledger)
    ledger.keep_answer(
        "1.1", 1, [make_document("1")], findings=say("1"), recipients=[], withheld=["hl7_oru: no accession number"]
    )
    history = view.history("1.1")
    assert history is not None
    assert history.versions[0].withheld == ("hl7_oru: no accession number",)
