import pytest
from pydicom import Dataset

from dicom_node.deliver.retrieve_scu import QueriedArchives, Storable, judge


def answer(status: int, completed: int = 0, failed: int = 0, warning: int = 0) -> Dataset:
    ds = Dataset()
    ds.Status = status
    ds.NumberOfCompletedSuboperations, ds.NumberOfFailedSuboperations = completed, failed
    ds.NumberOfWarningSuboperations = warning
    return ds


def test_the_images_of_all_series_are_counted() -> None:
    attempt = judge([answer(0, 2), answer(0, 1), answer(0xB000, 0, warning=1)], "PACS", "OSTEONODE")
    assert (attempt.completed, attempt.is_done) == (4, True)


def test_a_study_that_came_in_part_is_not_done() -> None:
    attempt = judge([answer(0, 2), answer(0xB000, 1, 1)], "PACS", "OSTEONODE")
    assert (attempt.completed, attempt.failed, attempt.is_done, attempt.again) == (3, 1, False, False)
    assert "1 of 4 images" in attempt.said


@pytest.mark.parametrize(
    ("status", "again", "words"),
    [
        (0xA702, True, "out of resources"),
        (0xA801, False, "add OSTEONODE with address and port"),
        (0xA900, False, "look in its log"),
        (0xC000, False, "do not know OSTEONODE"),
    ],
)
def test_a_refusal_says_what_to_change_where(status: int, again: bool, words: str) -> None:
    attempt = judge([answer(status)], "PACS", "OSTEONODE")
    assert (attempt.again, attempt.is_done) == (again, False)
    assert words in attempt.said
    assert f"0x{status:04X}" in attempt.said


def test_a_success_without_images_is_none() -> None:
    attempt = judge([answer(0)], "PACS", "OSTEONODE")
    assert (attempt.is_done, attempt.again) == (False, False)
    assert "no image of this study" in attempt.said


def test_an_archive_without_a_series_of_images_has_none() -> None:
    assert not judge([], "PACS", "OSTEONODE").is_done


def test_an_archive_that_is_not_configured_any_more_is_named() -> None:
    archives = QueriedArchives([], "OSTEONODE", intake=None, storable=Storable([], []))
    assert "[[query]]" in archives.retrieve("1.2", "PACS").said
