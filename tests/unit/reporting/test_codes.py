"""The coded concepts, against the tables of the Standard that pydicom and highdicom carry."""

import pytest
from highdicom._standard_utils import get_anatomic_region_map
from pydicom.sr.codedict import codes as dictionary
from pydicom.sr.coding import Code

from reporting import codes

STANDARD = [
    (codes.CERTAINTY_OF_FINDING, dictionary.DCM.CertaintyOfFinding),
    (codes.PROCESSING_SUMMARY, dictionary.DCM.CADProcessingAndFindingsSummary),
    (codes.ARTIFICIAL_INTELLIGENCE, dictionary.DCM.ArtificialIntelligence),
    (codes.PROCESSING_EQUIPMENT, dictionary.DCM.ProcessingEquipment),
    (codes.SOURCE_IMAGE, dictionary.DCM.SourceImageForImageProcessingOperation),
    (codes.COMMENT, dictionary.DCM.Comment),
    (codes.PERCENT, dictionary.UCUM.Percent),
    (codes.LATERALITY, dictionary.SCT.Laterality),
    (codes.FINDING_SITE, dictionary.SCT.FindingSite),
    (codes.MORPHOLOGICALLY_ABNORMAL, dictionary.SCT.MorphologicallyAbnormalStructure),
    (codes.SIDES["L"], dictionary.SCT.Left),
    (codes.SIDES["R"], dictionary.SCT.Right),
    (codes.SIDES["B"], dictionary.SCT.Bilateral),
]


@pytest.mark.parametrize(("ours", "standard"), STANDARD, ids=lambda code: code.meaning)
def test_a_code_is_the_standards(ours: Code, standard: Code) -> None:
    assert (ours.value, ours.scheme_designator) == (standard.value, standard.scheme_designator)


@pytest.mark.parametrize("term", sorted(set(codes.BODY_PARTS) - {"LEG"}))
def test_a_body_part_is_that_of_annex_l(term: str) -> None:
    code, _ = get_anatomic_region_map()[term]
    assert codes.BODY_PARTS[term].code.value == code.value


@pytest.mark.parametrize(
    ("term", "may_be"), [("HAND", True), ("PELVIS", False), ("JAW", False), ("", True), ("X", True)]
)
def test_a_side_is_asked_of_everything_but_what_is_known_to_be_unpaired(term: str, may_be: bool) -> None:
    assert codes.may_be_paired(term) is may_be


def test_every_meaning_fits_a_code_meaning() -> None:
    meanings = [part.code.meaning for part in codes.BODY_PARTS.values()]
    meanings += [code.meaning for code in codes.PROCESSING_SUMMARIES.values()]
    assert all(meaning.isascii() and len(meaning) <= 64 for meaning in meanings)


def test_a_processing_summary_exists_for_every_outcome() -> None:
    assert set(codes.PROCESSING_SUMMARIES) == {(True, True), (True, False), (False, True), (False, False)}
