"""Files without a row, found when the node starts."""

from pathlib import Path

import pytest

from dicom_node.receive.orphans import REASON, UNLISTED, put_orphans_aside
from dicom_node.receive.shelf import Shelf
from tests.fakes.arrivals import arrive
from tests.fakes.instance_ledger import FakeInstanceLedger
from tests.fakes.quarantine_ledger import FakeQuarantineLedger
from tests.fakes.radiographs import make_radiograph, save_radiograph

DIGEST = "0123456789abcdef"


class House:
    """A shelf and its ledger."""

    def __init__(self, folder: Path) -> None:
        self.shelf, self.ledger = Shelf(folder), FakeInstanceLedger()
        self.shelf.prepare()
        self.book = FakeQuarantineLedger(self.ledger)

    def lay(self, name: str) -> Path:
        folder = self.shelf.instances / "ab" / "1.2.3"
        folder.mkdir(parents=True, exist_ok=True)
        ds = make_radiograph()
        path = save_radiograph(ds, folder / name)
        return path

    def look(self) -> int:
        return put_orphans_aside(self.shelf, self.book, self.ledger)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_an_image_without_a_row_is_moved_to_quarantine_with_the_reason(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    path = house.lay(f"1.2.3.4.{DIGEST}.dcm")
    content = path.read_bytes()
    assert house.look() == 1
    (file,) = house.book.files()
    assert (file.reason_code, file.reason, path.exists()) == ("NOT-RECORDED", REASON, False)
    assert file.path.read_bytes() == content
    assert "receive.orphans_found" in caplog.text
    assert house.look() == 0


def test_images_with_a_row_and_headers_of_purged_ones_are_left_alone(house: House, tmp_path: Path) -> None:
    known = arrive("1", "1", data=tmp_path)
    house.ledger.instances["1"] = known.__class__(
        **{name: getattr(known, name) for name in known.__slots__} | {"path": house.lay(f"1.2.3.5.{DIGEST}.dcm")}
    )
    house.lay(f"1.2.3.6.{DIGEST}.header.dcm")
    assert house.look() == 0
    assert len(list((tmp_path / "instances").rglob("*.dcm"))) == 2


def test_a_file_that_was_put_aside_without_a_row_is_listed_under_its_reason(house: House) -> None:
    path = save_radiograph(make_radiograph(), house.shelf.quarantine / f"1.2.3.{DIGEST}.uid-missing.dcm")
    assert house.look() == 1
    (file,) = house.book.files()
    assert (file.path, file.reason_code, file.reason) == (path, "UID-MISSING", UNLISTED)


def test_a_file_whose_head_is_damaged_is_shown_all_the_same(house: House) -> None:
    house.lay(f"1.2.3.4.{DIGEST}.dcm").write_bytes(b"\0" * 200)
    assert house.look() == 1
    assert house.book.files()[0].calling_ae_title == ""
