"""What the console may rely on, of the desk behind its socket and of the fake one."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from dicom_node.desk_ports import DeskQuestion, ImageDesk
from dicom_node.image_desk.caller import DeskCaller
from dicom_node.image_desk.desk import Desk
from dicom_node.image_desk.json_lines import write_line
from dicom_node.image_desk.place import DeskPlace
from domain.errors import DeadlineExceeded, MalformedInstance
from tests.fakes.image_desk import FakeDesk
from tests.fakes.light_reader import LightReader, make_reading
from tests.fakes.radiographs import make_radiograph, save_radiograph


class Counter:
    """A desk of either kind, its spool, and the reader behind it."""

    def __init__(self, desk: ImageDesk, spool: Path, reader: LightReader) -> None:
        self.desk, self.spool, self.reader = desk, spool, reader

    def put(self, name: str = "one") -> tuple[Path, str]:
        folder = self.spool / name
        folder.mkdir()
        ds = make_radiograph(3, rows=64, columns=48)
        return save_radiograph(ds, folder / "image.dcm"), str(ds.SOPInstanceUID)


@pytest.fixture(params=["socket", "fake"])
def counter(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Counter]:
    reader, place = LightReader(), DeskPlace.of_data(tmp_path)
    if request.param == "fake":
        place.make()
        yield Counter(FakeDesk(reader), place.spool, reader)
        return
    desk = Desk(place, lambda: reader)
    desk.start()
    yield Counter(DeskCaller(place), place.spool, reader)
    desk.stop()


def test_the_answer_is_the_line_of_the_command(counter: Counter) -> None:
    path, uid = counter.put()
    question = DeskQuestion(path, "hand.dcm", "1.2.3")
    answer = asyncio.run(counter.desk.read(question, deadline_seconds=10))
    said = make_reading(uid, json.loads(answer.line)["sop_instance_uid"], 64, 48)
    assert answer.line == write_line(Path("hand.dcm"), "1.2.3", said)
    assert (answer.rows, answer.columns) == (64, 48)


def test_a_desk_that_answers_is_open(counter: Counter) -> None:
    assert counter.desk.is_open()


def test_the_pictures_lie_beside_the_image(counter: Counter) -> None:
    path, _uid = counter.put()
    answer = asyncio.run(counter.desk.read(DeskQuestion(path), deadline_seconds=10))
    assert answer.display is not None
    assert answer.display.parent == path.parent
    assert answer.display.read_bytes().startswith(b"\x89PNG")
    assert answer.heat_map is None


def test_an_image_that_is_not_there_is_refused(counter: Counter) -> None:
    missing = DeskQuestion(counter.spool / "none" / "image.dcm")
    with pytest.raises(MalformedInstance):
        asyncio.run(counter.desk.read(missing, deadline_seconds=10))


def test_what_is_not_read_in_time_is_said_so(counter: Counter) -> None:
    path, _uid = counter.put()
    counter.reader.gate.clear()
    try:
        with pytest.raises(DeadlineExceeded):
            asyncio.run(_ask_then_open_gate(counter, path))
    finally:
        counter.reader.gate.set()


async def _ask_then_open_gate(counter: Counter, path: Path) -> None:
    try:
        await counter.desk.read(DeskQuestion(path), deadline_seconds=0.05)
    finally:
        counter.reader.gate.set()  # the thread of the fake must end before its loop can
