import asyncio
import socket
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dicom_node.desk_ports import DeskAnswer, DeskQuestion
from dicom_node.image_desk import frames
from dicom_node.image_desk.caller import DeskCaller
from dicom_node.image_desk.desk import Desk
from dicom_node.image_desk.place import DeskPlace
from domain.errors import ModelError, ModelUnavailable, WeightsMismatch
from tests.fakes.light_reader import LightReader
from tests.fakes.radiographs import make_radiograph, save_radiograph


class Office:
    """A desk with room for one who waits, and a gate in front of its reader."""

    def __init__(self, folder: Path, **options: float) -> None:
        self.place, self.reader = DeskPlace.of_data(folder), LightReader()
        self.opened, self.closed, self.reading = 0, threading.Event(), threading.Event()
        self.failure: ModelError | None = None
        self.desk = Desk(self.place, self.open, places=1, **options)
        self.desk.start()
        self.caller = DeskCaller(self.place)

    def open(self) -> "Office":
        if self.failure:
            raise self.failure
        self.opened += 1
        return self

    model_set = "office"

    def read(self, path: Path, *, evidence_folder: Path) -> object:
        self.reading.set()
        return self.reader.read(path, evidence_folder=evidence_folder)

    def close(self) -> None:
        self.closed.set()
        self.reader.close()

    def put(self, name: str) -> DeskQuestion:
        (self.place.spool / name).mkdir()
        return DeskQuestion(save_radiograph(make_radiograph(1, rows=64, columns=64), self.place.spool / name / "i.dcm"))

    async def ask(self, name: str) -> DeskAnswer:
        return await self.caller.read(self.put(name), deadline_seconds=60)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    yield office
    office.reader.gate.set()
    office.desk.stop()


async def _until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not done():
            await asyncio.sleep(0)


def _waiting(office: Office) -> int:
    return office.desk._queue.qsize()


def test_nobody_but_the_node_s_user_gets_to_the_desk(office: Office) -> None:
    folder = office.place.folder
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "desk.sock").stat().st_mode) == 0o600


def test_the_reader_is_opened_by_the_first_question_and_once(office: Office) -> None:
    assert office.opened == 0
    for name in ("a", "b"):
        asyncio.run(office.ask(name))
    assert office.opened == 1


def test_a_folder_deeper_than_a_socket_address_may_be_has_a_desk_too(tmp_path: Path) -> None:
    office = Office(tmp_path / ("d" * 100) / ("e" * 100))
    assert asyncio.run(office.ask("a")).line
    office.desk.stop()


def test_a_reader_that_nobody_asks_is_closed(tmp_path: Path) -> None:
    office = Office(tmp_path, rest_seconds=0.05)
    asyncio.run(office.ask("a"))
    assert office.closed.wait(60)
    asyncio.run(office.ask("b"))
    assert office.opened == 2
    office.desk.stop()


def test_one_more_than_may_wait_is_refused_and_the_others_are_answered(office: Office) -> None:
    async def ask_three() -> None:
        office.reader.gate.clear()
        first = asyncio.create_task(office.ask("a"))
        await _until(office.reading.is_set)
        second = asyncio.create_task(office.ask("b"))
        await _until(lambda: _waiting(office) == 1)
        with pytest.raises(ModelUnavailable, match="too many"):
            await office.ask("c")
        office.reader.gate.set()
        await asyncio.gather(first, second)

    asyncio.run(ask_three())
    assert len(office.reader.read_paths) == 2


def test_who_hangs_up_while_waiting_is_not_read_for(office: Office) -> None:
    async def ask_and_leave() -> None:
        office.reader.gate.clear()
        first = asyncio.create_task(office.ask("a"))
        await _until(office.reading.is_set)
        second = asyncio.create_task(office.ask("b"))
        await _until(lambda: _waiting(office) == 1)
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        office.reader.gate.set()
        await first
        await office.ask("c")

    asyncio.run(ask_and_leave())
    assert [path.parent.name for path in office.reader.read_paths] == ["a", "c"]


def test_models_that_cannot_be_loaded_are_said_to_the_caller(office: Office) -> None:
    office.failure = WeightsMismatch("a.bin is not the file that the manifest names")
    with pytest.raises(ModelError, match=r"a\.bin"):
        asyncio.run(office.ask("a"))


def test_a_reader_that_fails_costs_the_next_image_nothing(office: Office) -> None:
    office.reader.raises = [KeyError("Sekret^Person")]
    with pytest.raises(ModelError, match="KeyError") as caught:
        asyncio.run(office.ask("a"))
    assert "Sekret" not in str(caught.value)
    assert asyncio.run(office.ask("b")).line


@pytest.mark.parametrize("name", ["../image.dcm", "/etc/passwd", "a/../../x", "i.dcm", "a/b/i.dcm", "link/i.dcm"])
def test_nothing_outside_the_spool_is_read(office: Office, name: str) -> None:
    question = office.put("a")
    (office.place.spool / "link").symlink_to(question.image.parent)
    message = {"image": name, "stated_path": "", "study_instance_uid": "", "deadline_seconds": 5}
    assert _say(office, frames.encode(message))["code"] == "MALFORMED-INSTANCE"
    assert not office.reader.read_paths


@pytest.mark.parametrize("message", [{}, {"image": 1}, {"image": "a/b", "deadline_seconds": "soon"}])
def test_what_is_no_question_is_refused(office: Office, message: dict[str, object]) -> None:
    assert _say(office, frames.encode(message))["code"] == "MALFORMED-INSTANCE"


@pytest.mark.parametrize("garbage", [b"GET / HTTP/1.1\r\n\r\n", b"\0\0\0\2[]", b"\0\0\0\3{{{", b"\0\0"])
def test_what_is_no_frame_ends_its_connection_alone(office: Office, garbage: bytes) -> None:
    with _connect(office) as connection:
        connection.sendall(garbage)
        connection.shutdown(socket.SHUT_WR)
        assert _is_ended(connection)
    assert asyncio.run(office.ask("a")).line


def test_without_a_node_the_caller_is_told_to_try_later(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.desk.stop()
    assert not office.caller.is_open()
    with pytest.raises(ModelUnavailable, match="does not answer"):
        asyncio.run(office.ask("a"))


def test_a_node_that_stops_answers_those_who_wait(tmp_path: Path) -> None:
    office = Office(tmp_path)

    async def ask_and_stop() -> None:
        office.reader.gate.clear()
        first = asyncio.create_task(office.ask("a"))
        await _until(office.reading.is_set)
        second = asyncio.create_task(office.ask("b"))
        await _until(lambda: _waiting(office) == 1)
        await asyncio.to_thread(office.desk.stop)
        with pytest.raises(ModelUnavailable, match="stops"):
            await second
        await first

    asyncio.run(ask_and_stop())


def _connect(office: Office) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(60)
    with office.place.address() as address:
        connection.connect(address)
    return connection


def _is_ended(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:  # where it did not look at everything that was sent
        return True


def _say(office: Office, frame: bytes) -> dict[str, object]:
    with _connect(office) as connection:
        connection.sendall(frame)
        return frames.receive(connection)
