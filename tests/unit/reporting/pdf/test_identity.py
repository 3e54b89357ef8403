"""Patient and study at the head of a page: as the source has them, and said so where they are not there."""

from typing import Any

import pytest

from reporting.pdf.identity import identify
from reporting.translation import ENGLISH, load_translation
from tests.fakes.report_sources import VARIANTS, draft_image, make_header

NAME, ID, BORN, SEX, STUDY, DATE, ACCESSION, IMAGES = range(8)


def read_cells(header: Any) -> list[str]:
    rows = identify(draft_image(header), load_translation(ENGLISH))
    return [cell.value for row in rows for cell in row]


def test_patient_and_study_stand_there_as_the_source_has_them() -> None:
    assert read_cells(make_header()) == [
        *("Dr Doe, Jane Q, III", "PID-4711 (NORTH)", "1980-01-31", "F"),
        *("XR wrist", "2026-01-02 10:11", "ACC-0815", "1"),
    ]


def test_what_the_source_does_not_say_is_said_to_be_missing() -> None:
    cells = read_cells(VARIANTS["missing type 2"]())
    assert [cells[place] for place in (NAME, BORN, SEX, ACCESSION)] == ["not stated"] * 4
    assert cells[ID] == "PID-4711"


def test_odd_values_stand_there_as_they_are() -> None:
    cells = read_cells(VARIANTS["odd dates"]())
    assert cells[DATE] == "2026.01.02 10:11:12"
    assert read_cells(VARIANTS["odd sex"]())[SEX] == "U"


@pytest.mark.parametrize(
    ("variant", "name"),
    [
        ("japanese", "Yamada, Tarou"),
        ("utf-8", "Wang, XiaoDong"),
        ("latin-1", "Müller, Jörg"),
        ("arabic", "قباني, لنزار"),
    ],
)
def test_a_name_has_every_group_that_can_be_shown(variant: str, name: str) -> None:
    assert read_cells(VARIANTS[variant]())[NAME] == name


def test_a_name_without_letters_that_can_be_shown_is_not_shown_in_part() -> None:
    header = make_header(SpecificCharacterSet="ISO_IR 192", PatientName="王^小东")
    assert read_cells(header)[NAME] == "cannot be shown on this page: see the study"


def test_a_value_that_would_push_the_findings_away_is_not_shown_in_part() -> None:
    cells = read_cells(make_header(StudyDescription="X" * 5000, PatientName="=".join(["N" * 60] * 3)))
    assert cells[STUDY] == "cannot be shown on this page: see the study"
    assert cells[NAME] == " = ".join(["N" * 60] * 3)
