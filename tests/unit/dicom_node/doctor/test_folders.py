from pathlib import Path

from config.folder import Folder
from config.settings import Destination
from dicom_node.doctor.folders import examine_target, examine_watched
from dicom_node.doctor.verdicts import Verdict


def test_a_folder_that_results_go_to_is_tried(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for folder, verdict in ((tmp_path / "results", Verdict.GOOD), (tmp_path / "file" / "results", Verdict.FAULT)):
        (check,) = examine_target(Destination(name="files", kind="folder", folder=folder))
        assert check.verdict is verdict


def test_a_watched_folder_must_be_there(tmp_path: Path) -> None:
    (good,) = examine_watched(Folder(name="drop", path=tmp_path))
    (fault,) = examine_watched(Folder(name="drop", path=tmp_path / "gone"))
    assert (good.verdict, fault.verdict) == (Verdict.GOOD, Verdict.FAULT)
    assert "nothing is taken from it" in fault.meaning
