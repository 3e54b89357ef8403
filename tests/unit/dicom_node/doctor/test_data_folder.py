from pathlib import Path

import pytest

from config.settings import Settings
from dicom_node.doctor.data_folder import SLOW_FSYNC_MILLISECONDS, _judge_speed, examine_folder, find_kind
from dicom_node.doctor.verdicts import Check, Verdict

MOUNTS = "/dev/sda1 / ext4 rw 0 0\npacs:/export /srv/data nfs4 rw 0 0\ntmpfs /srv/database tmpfs rw 0 0\n"


def examine(data: Path, *, free_disk_mib: int = 1, mounts: Path = Path("/gone")) -> dict[str, Check]:
    settings = Settings.model_validate({"node": {"data": data}, "limits": {"free_disk_mib": free_disk_mib}})
    return {check.probe: check for check in examine_folder(settings, mounts)}


def test_a_folder_that_is_not_there_yet_is_made_later_and_not_now(tmp_path: Path) -> None:
    checks = examine(tmp_path / "data")
    assert {check.verdict for check in checks.values()} <= {Verdict.GOOD, Verdict.WARNING}
    assert "is made at the first start" in checks["data folder"].meaning
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_way_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    check = examine(tmp_path / "data")["data folder"]
    assert check.verdict is Verdict.FAULT
    assert "Not a directory" in check.meaning


def test_a_disk_below_its_high_water_mark_says_that_images_are_refused(tmp_path: Path) -> None:
    check = examine(tmp_path, free_disk_mib=1 << 40)["disk"]
    assert (check.verdict, check.code) == (Verdict.FAULT, "DISK-HIGH-WATER")
    assert "limits.free_disk_mib" in check.meaning


def test_a_slow_disk_is_a_warning() -> None:
    assert _judge_speed(SLOW_FSYNC_MILLISECONDS + 1).verdict is Verdict.WARNING
    assert _judge_speed(1.0).verdict is Verdict.GOOD


@pytest.mark.parametrize(
    ("folder", "kind"), [("/srv/data/osteonode", "nfs4"), ("/srv/database", "tmpfs"), ("/home", "ext4")]
)
def test_the_nearest_mount_says_the_kind_of_file_system(tmp_path: Path, folder: str, kind: str) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)
    assert find_kind(Path(folder), mounts) == kind
    assert find_kind(Path(folder), tmp_path / "gone") == ""


def test_a_data_folder_on_a_network_share_is_a_warning(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"pacs:/export {tmp_path} nfs4 rw 0 0\n")
    assert "network share (nfs4)" in examine(tmp_path, mounts=mounts)["data folder"].meaning


@pytest.mark.parametrize(("mode", "is_told"), [(0o755, True), (0o701, True), (0o750, False), (0o700, False)])
def test_a_data_folder_that_every_user_can_look_into_is_a_warning(tmp_path: Path, mode: int, is_told: bool) -> None:
    tmp_path.chmod(mode)
    check = examine(tmp_path)["data folder"]
    assert (check.verdict is Verdict.WARNING) is is_told
    assert (f"chmod o-rwx {tmp_path}" in check.change) is is_told
