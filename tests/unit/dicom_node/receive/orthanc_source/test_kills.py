"""A node that is killed at each point where it had just asked, kept or noted something, and started again."""

from pathlib import Path
from typing import Any

import pytest

from tests.fakes.orthanc import FakeOrthanc
from tests.fakes.radiographs import make_radiograph
from tests.unit.dicom_node.receive.orthanc_source.workbench import Bench

IMAGES = 3
#: So many calls a look with as many images makes.
CALLS = {"NewInstance": 12, "StableStudy": 14}
UIDS = {str(make_radiograph(seed).SOPInstanceUID) for seed in range(IMAGES)}


class Killed(BaseException):
    """The process ends here."""


class Fuse:
    """Lets so many calls pass, and kills after the next one was done; once."""

    def __init__(self, calls: int) -> None:
        self.calls = calls

    def guard(self, holder: Any, *names: str) -> None:
        for name in names:
            setattr(holder, name, self._wrap(getattr(holder, name)))

    def _wrap(self, call: Any) -> Any:
        def guarded(*arguments: Any, **keywords: Any) -> Any:
            result = call(*arguments, **keywords)
            self.calls -= 1
            if self.calls == 0:
                raise Killed
            return result

        return guarded


def make_bench(folder: Path, fuse: Fuse, follow: str) -> Bench:
    bench = Bench(folder, FakeOrthanc(), follow=follow)
    bench.look()
    fuse.guard(bench.feeds, "advance", "due", "finish", "note_study", "postpone")
    fuse.guard(bench.doors.ledger, "record_instance")
    study = make_radiograph(0).StudyInstanceUID
    for seed in range(IMAGES):
        bench.orthanc.receive(make_radiograph(seed, StudyInstanceUID=study))
    bench.orthanc.settle(make_radiograph(0))
    return bench


@pytest.mark.parametrize(
    ("follow", "calls"), [(follow, call) for follow in CALLS for call in range(1, CALLS[follow] + 1)]
)
def test_whenever_it_is_killed_every_image_is_taken_in_once(tmp_path: Path, follow: str, calls: int) -> None:
    fuse = Fuse(calls)
    bench = make_bench(tmp_path, fuse, follow)
    with pytest.raises(Killed):
        bench.look()
    bench.restart()
    bench.look()
    assert fuse.calls <= 0
    assert (bench.taken, bench.waiting) == (UIDS, [])
    assert bench.doors.files == {"incoming": 0, "instances": IMAGES, "quarantine": 0}
    assert len(bench.orthanc.fetched) <= IMAGES + 1


@pytest.mark.parametrize("follow", CALLS)
def test_a_look_makes_no_call_after_which_it_is_not_killed_here(tmp_path: Path, follow: str) -> None:
    fuse = Fuse(1000)
    make_bench(tmp_path, fuse, follow).look()
    assert 1000 - fuse.calls == CALLS[follow]
