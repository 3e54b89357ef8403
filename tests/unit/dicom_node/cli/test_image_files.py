from pathlib import Path

from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from dicom_node.cli.image_files import find_images, open_header
from tests.fakes.radiographs import make_radiograph


def test_of_a_folder_what_may_be_an_image_is_found_by_name_or_by_content(tmp_path: Path) -> None:
    part10 = b"\0" * 128 + b"DICM"
    content = {"1.dcm": b"", "2.PNG": b"", "3.jpeg": b"", "no-suffix": part10, "DICOMDIR": part10, "notes.txt": b"x"}
    for name, data in content.items():
        (tmp_path / name).write_bytes(data)
    assert [path.name for path in find_images([tmp_path])] == ["1.dcm", "2.PNG", "3.jpeg", "no-suffix"]


def test_a_file_that_is_named_is_taken_whatever_it_is(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    assert find_images([tmp_path / "notes.txt"]) == (tmp_path / "notes.txt",)


def test_a_header_has_no_pixels(tmp_path: Path) -> None:
    ds = make_radiograph(3)
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.save_as(tmp_path / "a.dcm", enforce_file_format=True)
    image = open_header(tmp_path / "a.dcm")
    assert image.study_instance_uid == ds.StudyInstanceUID
    assert image.header is not None
    assert "PixelData" not in image.header


def test_what_cannot_be_understood_has_no_header_and_no_study(tmp_path: Path) -> None:
    for name in ("a.dcm", "b.png"):
        (tmp_path / name).write_bytes(b"nothing")
        image = open_header(tmp_path / name)
        assert (image.header, image.study_instance_uid) == (None, "")
