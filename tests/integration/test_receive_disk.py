"""Disks that are full, read-only or broken: the sender keeps its image, and nothing half-written stays."""

from pathlib import Path

import pytest

from tests.fakes.file_limit import largest_file
from tests.fakes.mounted_disk import mounted_disk, remount
from tests.fakes.radiographs import make_radiograph, save_radiograph
from tests.fakes.storage_node import StorageNode, make_store, send

OUT_OF_RESOURCES = 0xA700


def test_a_disk_that_fills_up_while_an_image_arrives_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    with mounted_disk(tmp_path / "disk", 8) as disk, StorageNode(disk) as node:
        with node.associate() as assoc:
            statuses = [send(assoc, make_store(make_radiograph(n, rows=1024, columns=900)))[0] for n in range(6)]
        assert sorted(set(statuses)) == [0x0000, OUT_OF_RESOURCES]
        assert statuses[:2] == [0x0000, 0x0000]
        assert len(node.ledger.instances) == len(node.files("instances")) == statuses.count(0x0000)
        assert all(instance.path.stat().st_size > instance.size_bytes for instance in node.ledger.instances.values())
        assert node.files("incoming") == node.files("quarantine") == []


@pytest.mark.peer("dcmtk")
def test_storescu_is_told_to_keep_its_image_when_the_disk_is_at_its_high_water_mark(tmp_path: Path) -> None:
    file = save_radiograph(make_radiograph(), tmp_path / "a.dcm")
    with mounted_disk(tmp_path / "disk", 4) as disk, StorageNode(disk, free_disk_mib=8) as node:
        output = node.run_dcmtk("storescu", file)
        assert "Refused: OutOfResources" in output
        assert node.files("incoming") == node.files("instances") == []


def test_a_sender_that_tries_again_succeeds_once_there_is_room(tmp_path: Path) -> None:
    with mounted_disk(tmp_path / "disk", 4) as disk, StorageNode(disk) as node, node.associate() as assoc:
        ballast = disk / "ballast"
        ballast.write_bytes(b"\0" * (5 << 19))
        store = make_store(make_radiograph(rows=1024, columns=900))
        assert send(assoc, store)[0] == OUT_OF_RESOURCES
        ballast.unlink()
        assert send(assoc, store)[0] == 0x0000


def test_a_read_only_disk_refuses_and_the_association_goes_on(tmp_path: Path) -> None:
    with mounted_disk(tmp_path / "disk", 4) as disk, StorageNode(disk) as node, node.associate() as assoc:
        remount(disk, "ro")
        statuses = [send(assoc, make_store(make_radiograph(n)))[0] for n in range(2)]
        assert statuses == [OUT_OF_RESOURCES] * 2
        remount(disk, "rw")
        assert send(assoc, make_store(make_radiograph(1)))[0] == 0x0000


def test_a_file_that_the_system_will_not_let_grow_is_removed(tmp_path: Path) -> None:
    with StorageNode(tmp_path) as node, node.associate() as assoc:
        with largest_file(1 << 20):
            status, comment = send(assoc, make_store(make_radiograph(rows=1024, columns=900)))
        assert (status, comment) == (OUT_OF_RESOURCES, "Disk refused the data set, send again later")
        assert node.files("incoming") == node.files("instances") == []
        assert send(assoc, make_store(make_radiograph(rows=1024, columns=900)))[0] == 0x0000
