import asyncio
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread

from config.settings import Settings
from config.uploads import Uploads
from dicom_node.image_desk.json_lines import write_line
from domain.errors import DeadlineExceeded, ModelUnavailable
from inference.picture import open_picture
from tests.fakes.api import ApiClient, FakeNode, open_api
from tests.fakes.image_desk import FakeDesk
from tests.fakes.light_reader import LightReader, make_reading
from tests.fakes.radiographs import make_radiograph, save_radiograph

TOKEN = {"Authorization": "Bearer viewer"}
DICOM = TOKEN | {"Content-Type": "application/dicom"}
SMALL = Settings(uploads=Uploads(image_mib=1))


@pytest.fixture
def node(tmp_path: Path) -> FakeNode:
    return FakeNode(tmp_path / "spool")


@pytest.fixture
def client(node: FakeNode) -> ApiClient:
    return ApiClient(open_api(node, settings=SMALL))


@pytest.fixture
def image(tmp_path: Path) -> Path:
    return save_radiograph(make_radiograph(3, rows=64, columns=48), tmp_path / "hand.dcm")


def _line(image: Path, path: str) -> str:
    """Return what `osteonode read --json` writes of an image that the light reader reads."""
    ds = dcmread(image)
    return write_line(path, ds.StudyInstanceUID, make_reading(ds.SOPInstanceUID, ds.SOPClassUID, ds.Rows, ds.Columns))


def test_the_answer_is_the_line_of_the_command_byte_for_byte(client: ApiClient, image: Path) -> None:
    answer = client.post("/v1/read?path=hand.dcm", content=image.read_bytes(), headers=DICOM)
    assert answer.status_code == 200
    assert answer.text == _line(image, "hand.dcm")


def test_a_form_gives_its_file_name(client: ApiClient, image: Path) -> None:
    answer = client.post("/v1/read", files={"image": ("hand.dcm", image.read_bytes())}, headers=TOKEN)
    assert answer.text == _line(image, "hand.dcm")


def test_what_an_image_is_is_told_by_its_first_bytes(client: ApiClient, image: Path) -> None:
    headers = TOKEN | {"Content-Type": "image/png"}
    assert client.post("/v1/read", content=image.read_bytes(), headers=headers).status_code == 200


def test_a_picture_has_the_study_that_its_bytes_give(client: ApiClient, tmp_path: Path) -> None:
    path = tmp_path / "hand.png"
    Image.fromarray(np.zeros((80, 70), np.uint8)).save(path)
    answer = client.post("/v1/read", content=path.read_bytes(), headers=TOKEN | {"Content-Type": "image/png"})
    assert answer.json()["study_instance_uid"] == open_picture(path).StudyInstanceUID


def test_nothing_of_the_image_is_kept(node: FakeNode, client: ApiClient, image: Path) -> None:
    client.post("/v1/read", content=image.read_bytes(), headers=DICOM)
    assert list(node.spool.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "media_type", "status", "code"),
    [
        (b"GIF89a" + b"\0" * 200, "application/octet-stream", 415, "media-type"),
        (b"", "application/dicom", 415, "media-type"),
        (b"short", "image/png", 415, "media-type"),
        (b"\x89PNG\r\n\x1a\n", "text/html", 415, "media-type"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * (1 << 20), "image/png", 413, "too-large"),
        (b"--x\r\nContent", "multipart/form-data; boundary=x", 422, "invalid-request"),
        (b"no form", "multipart/form-data", 422, "invalid-request"),
    ],
)
def test_what_is_not_read_says_why_and_what_to_do(
    client: ApiClient, node: FakeNode, content: bytes, media_type: str, status: int, code: str
) -> None:
    answer = client.post("/v1/read", content=content, headers=TOKEN | {"Content-Type": media_type})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["remedy"]
    assert list(node.spool.iterdir()) == []


def test_a_form_that_is_too_large_is_refused(client: ApiClient) -> None:
    files = {"image": ("x.png", b"\x89PNG\r\n\x1a\n" + b"\0" * (2 << 20))}
    assert client.post("/v1/read", files=files, headers=TOKEN).status_code == 413


def test_a_form_without_an_image_is_refused(client: ApiClient) -> None:
    assert client.post("/v1/read", files={"other": ("x.png", b"x")}, headers=TOKEN).status_code == 422


def test_a_damaged_file_is_no_image(tmp_path: Path, image: Path) -> None:
    node = FakeNode(tmp_path / "spool", FakeDesk(LightReader(failure_code="not-dicom")))
    answer = ApiClient(open_api(node)).post("/v1/read", content=image.read_bytes(), headers=DICOM)
    assert (answer.status_code, answer.json()["code"]) == (422, "not-an-image")


def test_an_image_that_models_do_not_read_is_an_answer(tmp_path: Path, image: Path) -> None:
    node = FakeNode(tmp_path / "spool", FakeDesk(LightReader(failure_code="multi-frame")))
    answer = ApiClient(open_api(node)).post("/v1/read", content=image.read_bytes(), headers=DICOM)
    assert (answer.status_code, answer.json()["reason"]["code"]) == (200, "multi-frame")


@pytest.mark.parametrize(
    ("refusal", "status"), [(ModelUnavailable("too many images wait"), 503), (DeadlineExceeded("late"), 504)]
)
def test_a_desk_that_refuses_is_told(tmp_path: Path, image: Path, refusal: ModelUnavailable, status: int) -> None:
    node = FakeNode(tmp_path / "spool", FakeDesk(raises=refusal))
    answer = ApiClient(open_api(node)).post("/v1/read", content=image.read_bytes(), headers=DICOM)
    assert answer.status_code == status
    assert ("Retry-After" in answer.headers) == (status == 503)


def test_nobody_reads_for_a_caller_who_has_gone(tmp_path: Path, image: Path) -> None:
    desk = _EndlessDesk()
    node = FakeNode(tmp_path / "spool", desk)
    asyncio.run(_call_and_leave(node, image.read_bytes(), desk))
    assert desk.cancelled
    assert list(node.spool.iterdir()) == []


class _EndlessDesk(FakeDesk):
    def __init__(self) -> None:
        super().__init__()
        self.asked, self.cancelled = asyncio.Event(), False

    async def read(self, question: object, *, deadline_seconds: float) -> None:  # type: ignore[override]
        self.asked.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise


async def _call_and_leave(node: FakeNode, content: bytes, desk: _EndlessDesk) -> None:
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/read",
        "query_string": b"",
        "headers": [(b"authorization", b"Bearer viewer"), (b"content-type", b"application/dicom")],
    }
    messages = [{"type": "http.request", "body": content, "more_body": False}]

    async def receive() -> dict[str, object]:
        if messages:
            return messages.pop()
        await desk.asked.wait()
        return {"type": "http.disconnect"}

    async def send(_message: object) -> None:
        return None

    async with asyncio.timeout(10):
        await open_api(node)(scope, receive, send)
