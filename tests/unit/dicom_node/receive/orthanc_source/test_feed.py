"""Following an Orthanc: nothing lost, nothing twice, and no image stops the others."""

from pathlib import Path

import pytest
from pydicom.uid import CTImageStorage

from domain.errors import LedgerError
from tests.fakes.instance_ledger import FakeInstanceLedger
from tests.fakes.orthanc import FakeOrthanc
from tests.fakes.radiographs import PATIENT_VALUES, make_radiograph
from tests.unit.dicom_node.receive.orthanc_source.workbench import NAME, Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A source that has looked once, so that what arrives from now on is new."""
    bench = Bench(tmp_path)
    bench.look()
    return bench


def uids(*seeds: int) -> set[str]:
    return {str(make_radiograph(seed).SOPInstanceUID) for seed in seeds}


def test_what_arrives_is_taken_in(bench: Bench) -> None:
    bench.orthanc.receive(make_radiograph(0))
    bench.look()
    assert (bench.taken, bench.waiting) == (uids(0), [])
    (instance,) = bench.doors.ledger.instances.values()
    assert (instance.calling_ae_title, instance.called_ae_title) == ("ORTHANC", "OSTEONODE")


def test_orthanc_is_not_made_to_compress_what_it_sends(bench: Bench) -> None:
    bench.orthanc.receive(make_radiograph(0))
    bench.look()
    assert bench.orthanc.accepted_encodings == {"identity"}


@pytest.mark.parametrize(("history", "taken"), [(False, uids(1)), (True, uids(0, 1))])
def test_what_was_there_before_is_fetched_where_the_site_asks_for_it(
    tmp_path: Path, history: bool, taken: set[str]
) -> None:
    bench = Bench(tmp_path, history=history)
    bench.orthanc.receive(make_radiograph(0))
    bench.look()
    bench.orthanc.receive(make_radiograph(1))
    bench.look()
    assert bench.taken == taken


def test_a_restart_loses_nothing_and_fetches_nothing_twice(bench: Bench) -> None:
    for seed in range(5):
        bench.orthanc.receive(make_radiograph(seed))
        bench.look()
        bench.restart()
    bench.look()
    assert (bench.taken, len(bench.orthanc.fetched)) == (uids(*range(5)), 5)


def test_a_crash_between_an_image_and_its_note_makes_it_a_duplicate_and_no_second_image(bench: Bench) -> None:
    identifier = bench.orthanc.receive(make_radiograph(0))
    finish = bench.feeds.finish
    bench.feeds.finish = _fail  # type: ignore[assignment, method-assign]
    with pytest.raises(LedgerError):
        bench.look()
    bench.feeds.finish = finish  # type: ignore[method-assign]
    bench.restart()
    bench.look()
    assert (bench.taken, bench.waiting, bench.orthanc.fetched) == (uids(0), [], [identifier] * 2)


def _fail(*_arguments: object) -> None:
    raise LedgerError("killed here")


def test_more_changes_than_one_page_holds_are_all_followed(bench: Bench) -> None:
    for _ in range(300):  # two changes each
        bench.orthanc.receive(make_radiograph(0))
    bench.orthanc.receive(make_radiograph(1))
    bench.look()
    assert bench.taken == uids(0, 1)


@pytest.mark.parametrize("broken", [500, 503, None])
def test_an_image_that_cannot_be_fetched_holds_no_other_and_is_tried_again(bench: Bench, broken: int | None) -> None:
    first = bench.orthanc.receive(make_radiograph(0, rows=512, columns=512))
    bench.orthanc.broken[first] = broken
    bench.orthanc.receive(make_radiograph(1))
    bench.look(3)
    (waiting,) = bench.feeds.waiting(NAME)
    assert (bench.taken, waiting.identifier, waiting.attempts) == (uids(1), first, 1)
    assert waiting.reason
    bench.orthanc.broken.clear()
    bench.clock.advance(10.0)
    bench.look()
    assert (bench.taken, bench.waiting) == (uids(0, 1), [])
    assert bench.doors.files["incoming"] == 0


def test_waits_grow_to_their_cap_and_end_with_nothing_but_success(tmp_path: Path) -> None:
    bench = Bench(tmp_path, history=True, retry_cap_seconds=60.0)
    broken = bench.orthanc.receive(make_radiograph(0))
    bench.orthanc.broken[broken] = 500
    for _ in range(600):
        bench.look()
    assert 10 <= len(bench.orthanc.fetched) <= 16  # at 0, 5, 15, 35, 75 s, and then every minute
    assert bench.waiting == [broken]


def test_what_was_deleted_before_it_was_fetched_is_let_go(bench: Bench) -> None:
    bench.orthanc.down = False
    first = bench.orthanc.receive(make_radiograph(0))
    bench.source._feed.note_changes()
    bench.orthanc.delete(first)
    bench.look()
    assert (bench.taken, bench.waiting) == (set(), [])


def test_an_image_over_the_limit_stays_on_the_list(tmp_path: Path) -> None:
    bench = Bench(tmp_path, history=True, limits={"data_set_mib": 1})
    bench.orthanc.receive(make_radiograph(0, rows=1024, columns=1024))
    bench.look()
    (waiting,) = bench.feeds.waiting(NAME)
    assert "limits.data_set_mib" in waiting.reason


def test_nothing_is_fetched_while_the_disk_is_nearly_full_and_nothing_is_forgotten(tmp_path: Path) -> None:
    bench = Bench(tmp_path, history=True, limits={"free_disk_mib": 1 << 30})
    bench.orthanc.receive(make_radiograph(0))
    bench.look()
    assert (len(bench.waiting), bench.orthanc.fetched) == (1, [])


def test_what_could_not_be_recorded_waits(bench: Bench) -> None:
    bench.orthanc.receive(make_radiograph(0))
    bench.doors.ledger.failure = LedgerError("down")
    bench.look()
    assert len(bench.waiting) == 1
    bench.doors.ledger.failure = None
    bench.look()
    assert (bench.taken, bench.waiting) == (uids(0), [])


def test_a_damaged_image_is_put_aside_once(bench: Bench) -> None:
    ds = make_radiograph(0)
    del ds.StudyInstanceUID
    ds.StudyInstanceUID = ""
    bench.orthanc.receive(ds)
    bench.look(3)
    assert [each.reason_code for each in bench.doors.ledger.put_aside] == ["UID-MISSING"]
    assert bench.waiting == []


def test_our_own_results_that_come_back_are_dropped(tmp_path: Path) -> None:
    bench = Bench(tmp_path, instances=FakeInstanceLedger(own_results=frozenset(uids(0))), history=True)
    bench.orthanc.receive(make_radiograph(0))
    bench.look()
    assert (bench.taken, bench.waiting) == (set(), [])


def test_what_is_no_radiograph_is_not_even_fetched(bench: Bench) -> None:
    bench.orthanc.receive(make_radiograph(0, SOPClassUID=CTImageStorage))
    bench.look()
    assert (bench.orthanc.fetched, bench.waiting) == ([], [])


@pytest.mark.parametrize(
    ("settings", "taken"),
    [
        ({"modalities": ("DX",)}, uids(1)),
        ({"remote_ae_titles": ("EMERGENCY",)}, uids(0)),
        ({"modalities": ("CR", "DX")}, uids(0, 1)),
        ({"sop_classes": ("DX",)}, set()),
        ({"modalities": ("DX",), "remote_ae_titles": ("EMERGENCY",)}, set()),
    ],
)
def test_modality_and_sender_choose_what_is_fetched(
    tmp_path: Path, settings: dict[str, tuple[str, ...]], taken: set[str]
) -> None:
    bench = Bench(tmp_path, history=True, **settings)
    bench.orthanc.receive(make_radiograph(0), remote_ae_title="EMERGENCY")
    bench.orthanc.receive(make_radiograph(1, Modality="DX"), remote_ae_title="WARD")
    bench.look()
    assert bench.taken == taken


def test_a_stable_study_brings_all_its_images(tmp_path: Path) -> None:
    bench = Bench(tmp_path, history=True, follow="StableStudy")
    study = make_radiograph(0).StudyInstanceUID
    for seed in range(3):
        bench.orthanc.receive(make_radiograph(seed, StudyInstanceUID=study))
    bench.look()
    assert bench.taken == set()
    bench.orthanc.settle(make_radiograph(0))
    bench.look()
    assert bench.taken == uids(0, 1, 2)


def test_deleting_the_newest_images_does_not_bring_the_old_ones_back(bench: Bench) -> None:
    bench.orthanc.receive(make_radiograph(0), date="20260301T080000")
    bench.look()
    last = bench.orthanc.receive(make_radiograph(1), date="20260301T090000")
    bench.look()
    bench.orthanc.delete(last)
    bench.look(2)
    bench.orthanc.receive(make_radiograph(2), date="20260301T091000")
    bench.look()
    assert (bench.taken, len(bench.orthanc.fetched)) == (uids(0, 1, 2), 3)


def test_an_orthanc_that_counts_anew_is_followed_from_its_beginning(bench: Bench) -> None:
    for seed in range(3):
        bench.orthanc.receive(make_radiograph(seed), date="20260301T080000")
    bench.look()
    bench.orthanc.start_anew()
    bench.orthanc.receive(make_radiograph(7), date="20260302T080000")
    bench.look(2)
    assert bench.taken == uids(0, 1, 2, 7)


def test_no_log_line_says_who_the_patient_is(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "osteonode")
    bench.orthanc.broken[bench.orthanc.receive(make_radiograph(0))] = 500
    bench.orthanc.receive(make_radiograph(1))
    bench.look()
    assert caplog.records
    assert not [value for value in PATIENT_VALUES.values() if value in caplog.text]


def test_each_source_is_followed_by_its_own_count(tmp_path: Path) -> None:
    bench = Bench(tmp_path, FakeOrthanc(), history=True)
    assert bench.feeds.position(NAME) is None
    bench.look()
    assert bench.feeds.position(NAME) is not None
    assert bench.feeds.position("another") is None
