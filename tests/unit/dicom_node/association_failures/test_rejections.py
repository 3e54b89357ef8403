import pytest

from dicom_node.association_failures.explanation import Parties, Place
from dicom_node.association_failures.rejections import REJECTIONS, explain_rejection

PARTIES = Parties("OSTEONODE", "PACS", "10.1.2.3", 104)


@pytest.mark.parametrize(("source", "reason"), REJECTIONS)
def test_every_row_gives_its_codes_its_word_its_meaning_and_what_to_change_where(source: int, reason: int) -> None:
    explanation = explain_rejection(1, source, reason, PARTIES)
    row = REJECTIONS[source, reason]
    begins = f"PACS at 10.1.2.3:104 rejected the association (1/{source}/{reason}: rejected-permanent"
    assert explanation.said.startswith(begins)
    assert row.word in explanation.said
    assert explanation.code == row.code
    assert explanation.change
    assert explanation.place is not Place.NOWHERE
    assert "{" not in explanation.sentence


def test_an_unknown_calling_title_is_named_and_placed() -> None:
    explanation = explain_rejection(1, 1, 3, PARTIES)
    assert "does not know calling AE title OSTEONODE" in explanation.meaning
    assert "DicomModalities" in explanation.change
    assert explanation.place is Place.PEER


def test_a_wrong_called_title_is_named() -> None:
    assert "the peer is not called PACS" in explain_rejection(1, 1, 7, PARTIES).meaning


def test_codes_no_table_has_are_still_said() -> None:
    assert "(9/9/9: rejected, unknown source, reserved)" in explain_rejection(9, 9, 9, PARTIES).sentence
