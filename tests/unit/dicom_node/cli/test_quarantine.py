"""osteonode quarantine: what was put aside or not decoded, and what a person does about it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from dbos import DBOS

from dicom_node.cli.main import run
from dicom_node.cli.quarantine import EMPTY
from dicom_node.ledger.database import database_url
from dicom_node.quarantine_remedies import REMEDIES
from dicom_node.receive.shelf import Shelf
from dicom_node.receive.statuses import ANSWERS
from tests.fakes.radiographs import encode_data_set, make_radiograph, read_data_set_bytes
from tests.fakes.radiographs import save_radiograph as save
from tests.unit.dicom_node.pipeline.workbench import Workbench


class Site:
    """A configuration, and the ledger of its data folder."""

    def __init__(self, folder: Path) -> None:
        self.data, self.config = folder / "data", folder / "site.toml"
        self.data.mkdir()
        DBOS.migrate(database_url(self.data))
        self.bench = Workbench(self.data)
        Shelf(self.data).prepare()
        self.config.write_text(f'[node]\ndata = "{self.data}"\n[limits]\nfree_disk_mib = 1\n')

    def put_aside(self, reason_code: str = "NOT-RECORDED") -> Path:
        path = save(make_radiograph(), self.data / "quarantine" / f"1.2.{reason_code.lower()}.dcm")
        self.bench.ledger.quarantine(
            path, reason_code=reason_code, reason="in detail", calling_ae_title="MOD1", called_ae_title="TRAUMA"
        )
        return path

    def leave_undecoded(self) -> str:
        """Answer study 1.1 without its one image, which could not be decoded; return the image's UID."""
        self.bench.reader.failure_code = "pixel-data-not-decodable"
        image = self.bench.arrive("1", "1")
        self.bench.read()
        self.bench.complete()
        return image.sop_instance_uid

    def call(self, *arguments: str) -> int:
        return run(["quarantine", *arguments, "--config", str(self.config)])


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    yield site
    site.bench.close()


def test_an_empty_quarantine_says_so(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    assert site.call() == 0
    assert EMPTY in capsys.readouterr().out


def test_the_list_says_who_sent_it_what_happened_and_what_to_do(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    site.put_aside()
    assert site.call() == 0
    out = capsys.readouterr().out
    assert all(words in out for words in ("MOD1", "TRAUMA", "NOT-RECORDED", *REMEDIES["NOT-RECORDED"]))


def test_one_file_is_shown_with_its_place_and_the_next_step(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    path = site.put_aside("UID-MISSING")
    assert site.call("show", "1") == 0
    out = capsys.readouterr().out
    assert all(words in out for words in (str(path), "in detail", "MOD1, to TRAUMA", *REMEDIES["UID-MISSING"]))
    assert site.call("show", "2") == 1


def test_a_retry_records_the_image_and_starts_its_reading_also_while_no_node_runs(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    path = site.put_aside()
    assert site.call("retry", "--all") == 0
    assert "1: taken in (STORED)" in capsys.readouterr().out
    ds = make_radiograph()
    image = site.bench.ledger.instance(ds.SOPInstanceUID)
    assert read_data_set_bytes(image.path) == encode_data_set(ds)
    assert not path.exists()
    assert site.call() == 0
    assert EMPTY in capsys.readouterr().out


def test_what_is_still_refused_stays_and_the_exit_code_says_so(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    path = site.put_aside()
    path.write_bytes(path.read_bytes()[:-50])
    assert site.call("retry", "1") == 1
    assert "1: stays: TRUNCATED-DATA-SET: Data set is truncated" in capsys.readouterr().out
    assert site.call("retry", "9") == 1


def test_discarding_asks_first(site: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    path = site.put_aside()
    monkeypatch.setattr("builtins.input", lambda *_: "n")
    assert site.call("discard", "1") != 0
    assert path.exists()
    assert site.call("discard", "1", "--yes") == 0
    assert not path.exists()


def test_an_image_that_was_not_decoded_is_listed_with_its_study_and_can_be_read_again(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    uid = site.leave_undecoded()
    assert site.call() == 0
    out = capsys.readouterr().out
    assert all(words in out for words in (uid, "1.1", "pixel-data-not-decodable", "damaged and cannot be decoded"))
    assert site.call("retry", uid) == 0
    assert f"{uid}: is read again; version 2" in capsys.readouterr().out
    digest = site.bench.ledger.instance(uid).sha256
    assert site.bench.ledger.reading(digest, site.bench.reader.model_set) is None


def test_every_reason_for_quarantine_says_what_to_do() -> None:
    kept = {outcome.value for outcome, answer in ANSWERS.items() if answer.quarantined}
    assert kept <= set(REMEDIES)
