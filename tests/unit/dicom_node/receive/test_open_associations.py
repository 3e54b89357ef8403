import os
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from dicom_node.receive.open_associations import FOLDER, NOBODY_ELSE, OpenAssociations, OpenCounts

#: The parent of this process lives as long as the tests.
OTHER_PROCESS = os.getppid()


@dataclass(eq=False)
class FakeAssociation:
    title: str = "MOD1"
    alive: bool = True
    requestor: Any = field(init=False)

    def __post_init__(self) -> None:
        primitive = SimpleNamespace(calling_ae_title=f"{self.title} ")
        self.requestor = SimpleNamespace(primitive=primitive, address="10.0.0.1")

    def is_alive(self) -> bool:
        return self.alive


def notes(data: Path) -> list[str]:
    return sorted(os.listdir(data / FOLDER))


def seen_by_another(data: Path) -> OpenAssociations:
    """Rename what this process has noted, as if another one had."""
    for name in notes(data):
        (data / FOLDER / name).rename(data / FOLDER / name.replace(str(os.getpid()), str(OTHER_PROCESS), 1))
    return OpenAssociations(data)


def open_in(data: Path) -> OpenAssociations:
    opened = OpenAssociations(data)
    opened.sweep()
    return opened


def test_others_are_counted_and_those_of_the_same_peer_among_them() -> None:
    opened = OpenAssociations(None)
    assert opened.add(FakeAssociation("MOD1")) == NOBODY_ELSE
    assert opened.add(FakeAssociation("MOD2")) == OpenCounts(1, 0)
    assert opened.add(FakeAssociation("MOD1")) == OpenCounts(2, 1)


def test_what_other_processes_have_open_counts_as_well(tmp_path: Path) -> None:
    open_in(tmp_path).add(FakeAssociation("MOD1"))
    assert seen_by_another(tmp_path).add(FakeAssociation("MOD1")) == OpenCounts(1, 1)


def test_an_association_whose_thread_has_ended_counts_no_more(tmp_path: Path) -> None:
    opened, first = open_in(tmp_path), FakeAssociation()
    opened.add(first)
    first.alive = False
    assert opened.add(FakeAssociation()) == NOBODY_ELSE
    assert len(notes(tmp_path)) == 1


def test_other_processes_see_at_once_that_a_peer_has_gone(tmp_path: Path) -> None:
    opened, first = open_in(tmp_path), FakeAssociation()
    opened.add(first)
    opened.leave(first)
    assert (notes(tmp_path), opened.count_here()) == ([], 1)


def test_a_refused_association_is_not_open(tmp_path: Path) -> None:
    opened, refused = open_in(tmp_path), FakeAssociation()
    opened.add(refused)
    opened.remove(refused)
    assert (notes(tmp_path), opened.count_here()) == ([], 0)


def test_notes_of_processes_that_are_gone_count_for_nothing_and_are_swept(tmp_path: Path) -> None:
    open_in(tmp_path)
    for process in (0, 2**22 + 1):
        (tmp_path / FOLDER / f"{process}-1~abc").touch()
    opened = OpenAssociations(tmp_path)
    assert opened.add(FakeAssociation()) == NOBODY_ELSE
    opened.sweep()
    assert notes(tmp_path) == []


def test_where_nothing_can_be_written_each_process_counts_its_own(tmp_path: Path) -> None:
    (tmp_path / FOLDER).touch()
    opened = open_in(tmp_path)
    assert opened.add(FakeAssociation()) == NOBODY_ELSE
    assert opened.add(FakeAssociation()) == OpenCounts(1, 1)
