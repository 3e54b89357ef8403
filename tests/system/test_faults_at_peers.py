"""A whole node between an archive and an information system that misbehave: what each has in the end."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import pytest
from pynetdicom import evt

from config.settings import Settings
from dicom_node.service import Service
from domain.delivery import Delivery, DeliveryState
from tests.fakes.archive import Script as ArchiveScript
from tests.fakes.archive import ScriptedArchive, WarningArchive
from tests.fakes.hospital import draw_study, make_settings, send, wait_until, write_study
from tests.fakes.light_reader import light
from tests.fakes.mllp_receiver import Script, ScriptedReceiver, framed

pytestmark = [pytest.mark.slow, pytest.mark.system]
TIMEOUT_SECONDS = 3.0
#: With its presentation states, captures and summary, the study of two images has so many for the archive.
DOCUMENTS = 6


@dataclass(frozen=True, slots=True)
class Scene:
    """A node that was sent one study."""

    node: Service
    archive: ScriptedArchive
    ris: ScriptedReceiver

    def delivery(self, destination: str) -> Delivery | None:
        """Return what has become of the study at a destination."""
        (line,) = self.node.view.studies(limit=10)
        history = self.node.view.history(line.study.study_instance_uid)
        assert history is not None
        return next((each for each in history.deliveries if each.destination == destination), None)

    def state(self, destination: str) -> DeliveryState | None:
        delivery = self.delivery(destination)
        return delivery.state if delivery else None

    def await_state(self, destination: str, state: DeliveryState) -> Delivery:
        """Wait until the study has come to a state at a destination."""
        wait_until(lambda: self.state(destination) is state, 200.0)
        delivery = self.delivery(destination)
        assert delivery is not None
        return delivery


def accept(_event: evt.Event, _number: int) -> None:
    """The archive keeps everything."""


def say_aa(message: bytes, _number: int) -> Iterable[bytes]:
    """The information system accepts everything."""
    yield framed("AA", message)


@contextmanager
def scene(folder: Path, archive: ScriptedArchive, receiver: Script = say_aa) -> Iterator[Scene]:
    """Run a node that answers one study to these peers."""
    with archive, ScriptedReceiver(receiver) as ris:
        settings = make_settings(folder / "data", pacs=archive.port, ris=ris.port)
        with Service(_hasty(settings), reader_factory=light(), rescue_seconds=2.0) as node:
            paths = write_study(folder / "in", draw_study(1))
            assert set(send(paths, node.port).values()) == {0}
            wait_until(lambda: node.view.counts().deliveries)
            yield Scene(node, archive, ris)


def _hasty(settings: Settings) -> Settings:
    changed = [each.model_copy(update={"timeout_seconds": TIMEOUT_SECONDS}) for each in settings.destination]
    return settings.model_copy(update={"destination": tuple(changed)})


def scripted(folder: Path, script: ArchiveScript = accept) -> ScriptedArchive:
    return ScriptedArchive(folder / "archive", script)


def test_an_archive_that_coerces_has_everything_once(tmp_path: Path) -> None:
    with scene(tmp_path, WarningArchive(tmp_path / "archive", 0xB000)) as played:
        delivery = played.await_state("pacs", DeliveryState.DELIVERED)
        assert "B000" in " ".join(each.status for each in delivery.receipts)
        assert set(Counter(played.archive.order).values()) == {1}


def test_an_archive_without_room_gets_all_of_it_later(tmp_path: Path) -> None:
    archive = scripted(tmp_path, lambda _event, number: 0xA700 if number < DOCUMENTS else None)
    with scene(tmp_path, archive) as played:
        played.await_state("pacs", DeliveryState.DELIVERED)
        assert {path.stem for path in archive.files()} == set(archive.order)


def test_an_archive_that_accepts_half_gets_the_other_half_and_nothing_twice(tmp_path: Path) -> None:
    archive = scripted(tmp_path, lambda _event, number: 0xA700 if number < DOCUMENTS and number % 2 else None)
    with scene(tmp_path, archive) as played:
        played.await_state("pacs", DeliveryState.DELIVERED)
        offered = Counter(archive.order)
        assert sorted(offered.values()) == [1] * (len(offered) - DOCUMENTS // 2) + [2] * (DOCUMENTS // 2)
        assert {path.stem for path in archive.files()} == set(offered)


def test_what_an_archive_does_not_understand_waits_for_a_person_and_holds_nobody_else(tmp_path: Path) -> None:
    archive = scripted(tmp_path, lambda _event, number: 0xC000 if number == 0 else None)
    with scene(tmp_path, archive) as played:
        held = played.await_state("pacs", DeliveryState.HELD)
        assert "Cannot understand" in held.explanation
        played.await_state("ris", DeliveryState.DELIVERED)
        assert len(archive.files()) == len(set(archive.order)) - 1
        assert set(Counter(archive.order).values()) == {1}


def test_an_archive_that_hangs_after_the_last_pdu_is_left_and_found_again(tmp_path: Path) -> None:
    never = Event()

    def hang_once(_event: evt.Event, number: int) -> None:
        if number == 0:
            never.wait(1.5 * TIMEOUT_SECONDS)

    archive = scripted(tmp_path, hang_once)
    with scene(tmp_path, archive) as played:
        played.await_state("ris", DeliveryState.DELIVERED)
        delivery = played.await_state("pacs", DeliveryState.DELIVERED)
        assert delivery.attempts >= 2
        assert {path.stem for path in archive.files()} == set(archive.order)


def stay_silent(played_for: Event) -> Script:
    """Say nothing to the first message, and hold its connection."""

    def script(message: bytes, number: int) -> Iterable[bytes]:
        if number == 0:
            played_for.wait(1.5 * TIMEOUT_SECONDS)
        else:
            yield framed("AA", message)

    return script


def say_first(answer: bytes | None, code: str = "") -> Script:
    """Answer the first message with these bytes, or with a code, and accept from then on."""

    def script(message: bytes, number: int) -> Iterable[bytes]:
        first = answer if answer is not None else framed(code, message)
        yield first if number == 0 else framed("AA", message)

    return script


@pytest.mark.parametrize(
    "receiver",
    [
        pytest.param(say_first(None, "AE"), id="AE"),
        pytest.param(say_first(b"\x0bMSH|^~\\&|GARBAGE\rMSA|AA|another\r\x1c\r"), id="another's"),
        pytest.param(say_first(bytes(range(256))), id="garbage"),
        pytest.param(stay_silent(Event()), id="silence"),
    ],
)
def test_an_information_system_that_does_not_accept_gets_the_same_message_again(
    tmp_path: Path, receiver: Script
) -> None:
    with scene(tmp_path, scripted(tmp_path), receiver) as played:
        delivery = played.await_state("ris", DeliveryState.DELIVERED)
        assert delivery.attempts >= 2
        assert len(played.ris.messages) >= 2
        assert len(set(played.ris.messages)) == 1
        played.await_state("pacs", DeliveryState.DELIVERED)


def test_an_information_system_that_rejects_is_left_to_a_person_and_holds_nobody_else(tmp_path: Path) -> None:
    with scene(tmp_path, scripted(tmp_path), say_first(None, "AR")) as played:
        held = played.await_state("ris", DeliveryState.HELD)
        assert "rejected" in held.explanation
        assert len(played.ris.messages) == 1
        played.await_state("pacs", DeliveryState.DELIVERED)
