from collections.abc import Collection, Mapping

import pytest
from pydicom.dataset import Dataset

from dicom_node.deliver.c_find_scu import Level, NotAnswered
from dicom_node.deliver.image_count import Held, Taken, count_images
from domain.completeness import Remark

CR, SR = "1.2.840.10008.5.1.4.1.1.1", "1.2.840.10008.5.1.4.1.1.88.33"
#: An archive's instances of one study: SOP Instance UID -> (series, modality, SOP class).
Holdings = Mapping[str, tuple[str, str, str]]
TWO: Holdings = {"1.1.1": ("1.1", "CR", CR), "1.1.2": ("1.1", "CR", CR)}
REPORT: Holdings = {"1.2.1": ("1.2", "SR", SR)}


class FakeArchive:
    """Answers as an archive with these instances of study 1 does; `levels` it does not know are not answered."""

    def __init__(self, holdings: Holdings, *, counts: bool = True, unknown: Collection[Level] = ()) -> None:
        self.holdings, self.counts, self.unknown = holdings, counts, unknown
        self.asked: list[Level] = []

    def find(self, level: Level, keys: Mapping[str, str]) -> list[Dataset]:
        self.asked.append(level)
        if level in self.unknown:
            raise NotAnswered("not supported")
        if level == "STUDY":
            number = {"NumberOfStudyRelatedInstances": len(self.holdings)} if self.counts else {}
            return [answer(StudyInstanceUID="1", **number)] if self.holdings else []
        if level == "SERIES":
            series = {uid: modality for uid, modality, _ in self.holdings.values()}
            return [answer(SeriesInstanceUID=uid, Modality=modality) for uid, modality in series.items()]
        wanted = keys["SeriesInstanceUID"]
        return [
            answer(SOPInstanceUID=uid, **({"SOPClassUID": kind} if kind else {}))
            for uid, (series_uid, _modality, kind) in self.holdings.items()
            if series_uid == wanted
        ]

    def count(self, arrived: Collection[str], own: Collection[str] = ()) -> Held:
        taken = Taken(frozenset({CR}), lambda uids: set(uids) & set(own))
        return count_images(self.find, "1", arrived, taken)


def answer(**values: str | int) -> Dataset:
    ds = Dataset()
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return ds


def test_an_equal_count_needs_one_question() -> None:
    archive = FakeArchive(TWO)
    assert archive.count(["1.1.1", "1.1.2"]) == Held(2)
    assert archive.asked == ["STUDY"]


def test_of_a_larger_count_the_images_are_listed() -> None:
    assert FakeArchive(TWO).count(["1.1.1"]) == Held(2, frozenset(TWO))


def test_reports_and_results_of_this_node_are_no_images_of_the_study() -> None:
    own: Holdings = {"1.3.1": ("1.3", "CR", CR)}
    assert FakeArchive({**TWO, **REPORT, **own}).count(["1.1.1"], own) == Held(2, frozenset(TWO))


def test_an_instance_whose_class_is_not_told_counts() -> None:
    assert FakeArchive({**TWO, "1.1.3": ("1.1", "CR", "")}).count([]).expected == 3


def test_a_study_that_the_source_does_not_know_has_no_count() -> None:
    assert FakeArchive({}).count(["1.1.1"]) == Held(remark=Remark.SOURCE_WITHOUT_STUDY)


def test_without_a_number_the_list_counts() -> None:
    assert FakeArchive(TWO, counts=False).count(["1.1.1", "1.1.2"]) == Held(2, frozenset(TWO))


@pytest.mark.parametrize(("counts", "held"), [(True, Held(2)), (False, Held(remark=Remark.SOURCE_WITHOUT_COUNT))])
def test_without_a_list_the_number_counts_if_there_is_one(counts: bool, held: Held) -> None:
    assert FakeArchive(TWO, counts=counts, unknown=["SERIES"]).count(["1.1.1"]) == held


def test_a_source_that_does_not_answer_at_all_says_so() -> None:
    with pytest.raises(NotAnswered):
        FakeArchive(TWO, unknown=["STUDY"]).count([])
