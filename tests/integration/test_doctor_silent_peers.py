"""What doctor says of receivers and listeners that are silent, strange or not there; one test per cause."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from config.settings import Destination
from dicom_node.association_failures.explanation import Place
from dicom_node.doctor.verdicts import Verdict
from tests.fakes.archive import dicom_destination
from tests.fakes.mllp_receiver import ScriptedReceiver, framed, hl7_destination
from tests.peers.doctor import examine_peer, find_faults
from tests.peers.python_hl7 import run_python_hl7


def test_a_receiver_acknowledges_a_test_message_that_names_no_patient() -> None:
    with run_python_hl7() as receiver:
        assert [check.verdict for check in examine_peer(hl7_destination(receiver.port))][-1] is Verdict.UNKNOWN
        assert receiver.messages == []
        checks = examine_peer(hl7_destination(receiver.port), send_test=True)
        (message,) = receiver.messages
    assert find_faults(checks) == []
    assert [str(segment[0]) for segment in message] == ["MSH", "NCK"]
    assert str(message.segment("MSH")[11]) == "D"


def test_a_receiver_that_takes_a_message_and_never_acknowledges() -> None:
    with ScriptedReceiver(lambda _message, _number: iter(())) as closing, silence() as port:
        (hanging,) = find_faults(examine_peer(hl7_destination(port), send_test=True, deadline_seconds=0.3))
        (closed,) = find_faults(examine_peer(hl7_destination(closing.port), send_test=True))
    assert "gave no acknowledgement within 0.3 s" in hanging.meaning
    assert "let it acknowledge (AA) every message" in hanging.change
    assert "no MLLP frame" in closed.meaning or "closed without" in closed.meaning


def test_a_receiver_that_answers_with_an_application_error() -> None:
    with ScriptedReceiver(lambda message, _number: [framed("AE", message)]) as receiver:
        checks = examine_peer(hl7_destination(receiver.port), send_test=True)
    (warning,) = [check for check in checks if check.verdict is Verdict.WARNING]
    assert "with AE to a test message" in warning.meaning
    assert "says nothing of ORU^R01" in warning.meaning


def test_a_receiver_that_acknowledges_somebody_elses_message() -> None:
    other = framed("AA", b"MSH|^~\\&|A||B||20260301||ORU^R01|OTHER|P|2.5.1\r")
    with ScriptedReceiver(lambda _message, _number: [other]) as receiver:
        (fault,) = find_faults(examine_peer(hl7_destination(receiver.port), send_test=True))
    assert "another message" in fault.meaning
    assert "MSA-2 = MSH-10" in fault.change


def test_a_port_that_nobody_listens_at() -> None:
    (fault,) = find_faults(examine_peer(hl7_destination(1)))
    assert (fault.code, fault.place) == ("TCP-REFUSED", Place.EITHER)


def test_a_host_name_that_is_none() -> None:
    unknown = Destination(name="ris", kind="hl7", host="ris..hospital", port=2575)
    (fault,) = find_faults(examine_peer(unknown))
    assert (fault.code, fault.place) == ("NAME-NOT-RESOLVED", Place.HERE)
    assert "correct `host` here" in fault.change


@pytest.fixture
def black_hole() -> Iterator[int]:
    """Give a port of which nothing ever comes back: its queue of connections is full, and nobody empties it."""
    with ExitStack() as held, socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            caller = held.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(listener.getsockname())
        yield int(listener.getsockname()[1])


def test_an_address_of_which_nothing_comes_back_takes_no_longer_than_the_deadline(black_hole: int) -> None:
    began = time.monotonic()
    (fault,) = find_faults(examine_peer(dicom_destination(black_hole), deadline_seconds=0.4))
    assert time.monotonic() - began < 2
    assert (fault.code, fault.place) == ("TCP-TIMED-OUT", Place.BETWEEN)
    assert "no answer within 0.4 s" in fault.meaning
    assert "a firewall drops what is sent" in fault.meaning


class silence:  # noqa: N801 - reads like the word in a with statement
    """A port that takes connections and says nothing."""

    def __enter__(self) -> int:
        self._listener = socket.create_server(("127.0.0.1", 0))
        return int(self._listener.getsockname()[1])

    def __exit__(self, *_error: object) -> None:
        self._listener.close()


def test_a_program_that_takes_connections_and_speaks_no_dicom() -> None:
    with silence() as port:
        (fault,) = find_faults(examine_peer(dicom_destination(port), deadline_seconds=0.4))
    assert (fault.probe, fault.code) == ("association", "NO-ASSOCIATION-ANSWER")
    assert "check that a DICOM application listens there" in fault.change


def test_a_web_server_where_an_archive_should_be() -> None:
    with silence() as port:
        web = Destination(name="web", kind="stow", url=f"http://127.0.0.1:{port}/dicom-web")
        (fault,) = find_faults(examine_peer(web, deadline_seconds=0.4))
    assert "no answer in time" in fault.meaning
