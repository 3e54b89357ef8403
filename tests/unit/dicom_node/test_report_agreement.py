import pytest

from dicom_node.agreement_ports import Tally
from dicom_node.report_agreement import Grouping, count_agreement
from domain.final_report import ReportStatement, StudyAnswer
from tests.fakes.final_reports import make_comparison, tally

#: Studies by what we said and what the report says.
COUNTS = {
    ("present", "fracture"): 40,
    ("doubt", "fracture"): 6,
    ("absent", "fracture"): 4,
    ("not_analysed", "fracture"): 3,
    ("present", "no_fracture"): 10,
    ("doubt", "no_fracture"): 15,
    ("absent", "no_fracture"): 75,
    ("present", "doubtful"): 2,
    ("absent", "not_stated"): 45,
}


@pytest.fixture
def tallies() -> list[Tally]:
    return [
        tally(make_comparison(ReportStatement(said), StudyAnswer(answer)), studies)
        for (answer, said), studies in COUNTS.items()
    ]


def test_what_was_not_analysed_counts_in_no_measure(tallies: list[Tally]) -> None:
    line = count_agreement(tallies)[0]
    assert (line.grouping, line.studies) == (Grouping.ALL, 200)
    assert (line.sensitivity.value, line.sensitivity.number) == (46 / 50, 50)
    assert line.sensitivity_present.value == 40 / 50
    assert (line.specificity.value, line.specificity.number) == (75 / 100, 100)
    assert (line.predictive_value.value, line.negative_predictive_value.value) == (40 / 50, 75 / 79)
    assert line.kappa.number == 152
    assert (line.not_stated.value, line.not_stated.number) == (45 / 200, 200)


def test_each_region_sender_and_version_is_counted_apart_the_largest_first(tallies: list[Tally]) -> None:
    other = make_comparison(
        ReportStatement.FRACTURE,
        StudyAnswer.PRESENT,
        "1.9",
        region="foot",
        calling_ae_title="ROOM2",
        model_set="9" * 64,
    )
    lines = count_agreement([tally(other), *tallies])
    assert [(each.grouping, each.name[:4], each.studies) for each in lines] == [
        ("all", "", 201),
        ("region", "hand", 200),
        ("region", "foot", 1),
        ("sender", "MODA", 200),
        ("sender", "ROOM", 1),
        ("models", "5f1d", 200),
        ("models", "9999", 1),
    ]


def test_of_nothing_nothing_is_said() -> None:
    (line,) = count_agreement([])
    assert (line.studies, line.sensitivity, line.specificity, line.kappa, line.not_stated) == (
        0,
        None,
        None,
        None,
        None,
    )
