import re
from pathlib import Path

import httpx
import pytest

from dicom_node.console.uploading import Uploading
from domain.errors import DeadlineExceeded, ModelUnavailable
from domain.role import Role
from tests.fakes.console import Browser, add_user, log_in, make_services, open_console
from tests.fakes.desks import make_uploading
from tests.fakes.image_desk import FakeDesk
from tests.fakes.light_reader import LightReader
from tests.fakes.radiographs import make_radiograph, save_radiograph

HERE = "/uploads"


@pytest.fixture
def uploading(tmp_path: Path) -> Uploading:
    return make_uploading(tmp_path / "desk", image_mib=1)


@pytest.fixture
def browser(uploading: Uploading) -> Browser:
    return Browser(open_console(make_services(uploading=uploading)))


@pytest.fixture
def image(tmp_path: Path) -> bytes:
    ds = make_radiograph(3, rows=64, columns=48)
    ds.PatientName, ds.PatientID = "Sekret^Person", "SEK-4711"
    return save_radiograph(ds, tmp_path / "hand.dcm").read_bytes()


def _send(browser: Browser, *contents: bytes, **headers: str) -> httpx.Response:
    files = [("images", (f"SEKRET{number}.dcm", content)) for number, content in enumerate(contents)]
    return browser.upload(HERE, HERE, files, **headers)


def test_the_page_says_what_it_is_not(browser: Browser) -> None:
    text = browser.get(HERE).text
    assert "Not a diagnosis." in text
    assert "nothing is sent to the PACS" in text


def test_an_image_leads_to_what_the_models_say(browser: Browser, image: bytes) -> None:
    answer = _send(browser, image)
    assert answer.status_code == 303
    text = browser.get(answer.headers["location"]).text
    assert "Suspected fracture" in text
    assert "90%" in text
    assert "between 80% and 95%" in text
    assert re.search(r"<code|class=\"code\">light", text)  # the model that spoke
    assert 'viewBox="0 0 48 64"' in text


def test_a_box_lies_where_the_models_say(browser: Browser, image: bytes) -> None:
    text = browser.get(_send(browser, image).headers["location"]).text
    assert '<rect class="box box-sure" x="12.0" y="16.0" width="12.0" height="32.0">' in text


def test_the_pictures_of_an_upload_are_served_to_its_owner(browser: Browser, image: bytes) -> None:
    address = _send(browser, image).headers["location"]
    picture = browser.get(f"{address}/display.png")
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
    assert picture.headers["cache-control"] == "no-store"
    assert browser.get(f"{address}/heat.png").status_code == 404  # the light reader shows none


def test_nothing_says_whose_image_it_was(browser: Browser, uploading: Uploading, image: bytes) -> None:
    address = _send(browser, image).headers["location"]
    shown = browser.get(HERE).text + browser.get(address).text
    kept = b"".join(path.read_bytes() for path in uploading.shelf.folder.rglob("*") if path.is_file())
    for word in ("Sekret", "SEK-4711", "SEKRET0"):
        assert word not in shown
        assert word.encode() not in kept
    assert list(uploading.spool.iterdir()) == []


def test_several_images_are_read_and_listed(browser: Browser, image: bytes) -> None:
    answer = _send(browser, image, image)
    assert answer.headers["location"] == HERE
    text = browser.get(HERE).text
    assert "Images read: 2." in text
    assert text.count("thumbnail.jpg") == 2


def test_what_is_not_read_says_why_and_the_others_are_read(browser: Browser, image: bytes) -> None:
    _send(browser, b"GIF89a" + b"\0" * 200, image)
    text = browser.get(HERE).text
    assert "Not read: 1." in text
    assert "neither DICOM" in text
    assert text.count("thumbnail.jpg") == 1


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [(b"GIF89a", 415, "neither DICOM"), (b"\x89PNG\r\n\x1a\n" + b"\0" * (1 << 20), 413, "larger than 1 MiB")],
)
def test_the_script_is_told_why_a_file_is_not_read(browser: Browser, content: bytes, status: int, words: str) -> None:
    answer = _send(browser, content, Accept="application/json")
    assert answer.status_code == status
    assert words in answer.json()["error"]


def test_the_script_is_told_where_an_upload_is(browser: Browser, image: bytes) -> None:
    address = _send(browser, image, Accept="application/json").json()["address"]
    assert browser.get(address).status_code == 200


@pytest.mark.parametrize(("refusal", "status"), [(ModelUnavailable("full"), 503), (DeadlineExceeded("late"), 504)])
def test_a_desk_that_does_not_read_is_told_and_nothing_is_kept(
    tmp_path: Path, image: bytes, refusal: ModelUnavailable, status: int
) -> None:
    uploading = make_uploading(tmp_path / "desk", FakeDesk(raises=refusal))
    browser = Browser(open_console(make_services(uploading=uploading)))
    assert _send(browser, image, Accept="application/json").status_code == status
    assert uploading.shelf.of_user("local") == []


def test_an_image_that_is_not_analysed_says_why(tmp_path: Path, image: bytes) -> None:
    uploading = make_uploading(tmp_path / "desk", FakeDesk(LightReader(failure_code="multi-frame")))
    browser = Browser(open_console(make_services(uploading=uploading)))
    text = browser.get(_send(browser, image).headers["location"]).text
    assert "Not analysed" in text
    assert "more than one frame" in text


def test_a_form_without_a_file_is_told_so(browser: Browser) -> None:
    browser.submit(HERE, HERE, {})
    assert "Choose at least one file." in browser.get(HERE).text


def test_an_upload_is_removed_by_its_owner(browser: Browser, uploading: Uploading, image: bytes) -> None:
    address = _send(browser, image).headers["location"]
    assert browser.submit(HERE, f"{address}/remove").status_code == 303
    assert browser.get(address).status_code == 404
    assert uploading.shelf.of_user("local") == []


def test_all_uploads_are_removed_at_once(browser: Browser, uploading: Uploading, image: bytes) -> None:
    _send(browser, image, image)
    browser.submit(HERE, f"{HERE}/remove-all")
    assert "Uploads removed: 2." in browser.get(HERE).text
    assert uploading.shelf.of_user("local") == []


def test_a_viewer_may_upload_and_sees_nobody_else_s(uploading: Uploading, image: bytes) -> None:
    services = make_services(uploading=uploading)
    add_user(services, "ada", Role.VIEWER)
    add_user(services, "bob", Role.ADMINISTRATOR)
    address = _send(log_in(services, "ada"), image).headers["location"]
    other = log_in(services, "bob")
    assert other.get(address).status_code == 404
    assert other.get(f"{address}/display.png").status_code == 404
    assert other.submit(HERE, f"{address}/remove").status_code == 404


def test_a_page_of_somebody_else_uploads_nothing(browser: Browser, uploading: Uploading, image: bytes) -> None:
    answer = _send(browser, image, Origin="https://elsewhere.example")
    assert answer.status_code == 403
    assert uploading.shelf.of_user("local") == []


def test_arabic_is_written_from_right_to_left(browser: Browser, image: bytes) -> None:
    address = _send(browser, image).headers["location"]
    text = browser.get(address, Accept_Language="ar").text
    assert 'dir="rtl"' in text
    assert "اشتباه في وجود كسر" in text
    assert "اليد أو الرسغ أو الساعد" in text
