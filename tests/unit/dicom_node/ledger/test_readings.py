import dataclasses
from pathlib import Path

from dicom_node.ledger.ledger import Ledger
from dicom_node.ledger.queries import LedgerView
from dicom_node.ports import ReadImage
from domain.finding import Labelled
from tests.fakes.arrivals import arrive
from tests.fakes.light_reader import MODEL_SET, failed_reading, make_reading

SHA256 = arrive("1", "1").sha256


def test_a_reading_comes_back_whole(ledger: Ledger, tmp_path: Path) -> None:
    reading = dataclasses.replace(make_reading("1.1.1.1", "1.2"), types=(Labelled("oblique", 0.4),))
    read = ReadImage(reading, tmp_path / "evidence" / "display.png", tmp_path / "evidence" / "heat.png")
    ledger.keep_reading(SHA256, read)
    assert ledger.reading(SHA256, MODEL_SET) == read


def test_a_failed_reading_comes_back_with_its_reason(ledger: Ledger) -> None:
    read = ReadImage(failed_reading("1.1.1.1", "1.2", "reader-crashed"))
    ledger.keep_reading(SHA256, read)
    assert ledger.reading(SHA256, MODEL_SET) == read


def test_the_first_reading_of_an_image_by_a_set_of_models_stays(ledger: Ledger) -> None:
    first = ReadImage(make_reading("1.1.1.1", "1.2"))
    ledger.keep_reading(SHA256, first)
    assert ledger.keep_reading(SHA256, ReadImage(failed_reading("1.1.1.1", "1.2", "model-failed"))) == first


def test_other_models_have_a_reading_of_their_own(ledger: Ledger) -> None:
    ledger.keep_reading(SHA256, ReadImage(make_reading("1.1.1.1", "1.2")))
    assert ledger.reading(SHA256, "another set") is None


def test_the_history_of_a_study_shows_what_the_models_said_of_each_image(ledger: Ledger, view: LedgerView) -> None:
    for image in "12":
        ledger.record_instance(arrive("1", image))
    ledger.keep_reading(SHA256, ReadImage(failed_reading("1.1.1.1", "1.2", "reader-crashed")))
    history = view.history("1.1")
    assert history is not None
    lines = [(each.sop_instance_uid, each.reading_status, each.reason_code) for each in history.arrivals]
    assert lines == [("1.1.1.1", "failed", "reader-crashed"), ("1.1.1.2", "", "")]


def test_an_unknown_study_has_no_history(view: LedgerView) -> None:
    assert view.history("1.9") is None


def test_what_was_put_aside_is_listed_with_the_reason(ledger: Ledger, view: LedgerView, tmp_path: Path) -> None:
    path = tmp_path / "quarantine" / "x.dcm"
    ledger.quarantine(path, reason_code="uid-conflict", reason="Other bytes.", calling_ae_title="MODALITY")
    (line,) = view.quarantine()
    assert (line.path, line.reason_code, view.counts().quarantined) == (path, "uid-conflict", 1)
