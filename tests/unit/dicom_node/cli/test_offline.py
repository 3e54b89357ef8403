from pathlib import Path

import pytest
from pydicom import Dataset

from dicom_node.cli.image_files import ImageFile
from dicom_node.cli.offline_documents import group_by_study, name_folder
from dicom_node.cli.offline_reading import Answered, read_files
from dicom_node.ports import ReadImage
from domain.finding import ImageReading, ReadingStatus, Reason
from inference.reasons import REASONS


def answered(name: str, study: str, instance: str, code: str = "no-pixel-data") -> Answered:
    header = Dataset()
    header.StudyInstanceUID = study
    reading = ImageReading(instance, "1.2", ReadingStatus.NOT_ANALYSED, "m", REASONS[code])
    return Answered(ImageFile(Path(name), header), ReadImage(reading))


class NamingReader:
    """Answers with the name of the file it was given, and makes a file in the folder it was given."""

    model_set = "m"

    def read(self, path: Path, *, evidence_folder: Path) -> ReadImage:
        evidence_folder.mkdir(parents=True)  # raises where two files share a folder
        return ReadImage(ImageReading(path.name, "1.2", ReadingStatus.FAILED, "m", Reason("x", "x")))


def test_answers_come_in_the_order_of_the_files_however_many_are_read_at_once(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.dcm" for number in range(20)]
    read = list(read_files(paths, NamingReader(), tmp_path / "evidence", at_once=4, keep_pictures=True))
    assert [each.image.path for each in read] == paths
    assert [each.read.reading.sop_instance_uid for each in read] == [path.name for path in paths]


@pytest.mark.parametrize("keep_pictures", [True, False])
def test_pictures_that_no_document_needs_do_not_pile_up(tmp_path: Path, keep_pictures: bool) -> None:
    evidence = tmp_path / "evidence"
    evidence.mkdir()
    list(read_files([tmp_path / "a.dcm"], NamingReader(), evidence, at_once=1, keep_pictures=keep_pictures))
    assert bool(list(evidence.iterdir())) is keep_pictures


def test_images_are_grouped_by_study_and_an_instance_that_came_twice_counts_once() -> None:
    images = [
        answered("a", "1.1", "1"),
        answered("b", "1.2", "2"),
        answered("c", "1.1", "3"),
        answered("d", "1.1", "1"),
    ]
    grouped = {uid: [each.image.path.name for each in group] for uid, group in group_by_study(images).items()}
    assert grouped == {"1.1": ["a", "c"], "1.2": ["b"]}


def test_a_file_without_uids_belongs_to_no_study() -> None:
    assert group_by_study([answered("a", "", "1"), answered("b", "1.2", "")]) == {}


def test_a_uid_names_a_folder_and_what_is_none_cannot_lead_out_of_one() -> None:
    assert name_folder("1.2.840.1") == "1.2.840.1"
    for hostile in ("../../etc", "/etc", "..", "1.2/3", ""):
        assert name_folder(hostile).startswith("2.25.")


def test_what_was_no_image_could_not_be_opened_and_what_was_declined_could() -> None:
    assert not answered("a", "1.1", "", "not-dicom").could_be_opened
    assert answered("a", "1.1", "1", "body-part-not-supported").could_be_opened
