"""MLLP delivery against receivers that acknowledge well, badly, late, never, or without end."""

import itertools
import logging
import threading
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from dicom_node.deliver.mllp import MllpDestination
from domain.delivery import Attempt, Outcome
from domain.document import Document, DocumentKind
from tests.fakes.documents import STUDY_INSTANCE_UID, make_dicom_document, make_hl7_document
from tests.fakes.mllp_receiver import Script, ScriptedReceiver, framed, hl7_destination
from tests.peers.python_hl7 import run_python_hl7


def exchange(script: Script, *, attempts: int = 1, timeout_seconds: float = 5.0) -> tuple[list[Attempt], list[bytes]]:
    """Deliver one message several times; return the attempts and what the receiver got."""
    with ScriptedReceiver(script) as receiver:
        destination = MllpDestination(hl7_destination(receiver.port, timeout_seconds=timeout_seconds))
        return [destination.deliver([make_hl7_document()]) for _ in range(attempts)], receiver.messages


def answer(answers: bytes | Iterable[bytes], **how: Any) -> Attempt:
    pieces = [answers] if isinstance(answers, bytes) else answers
    attempts, _ = exchange(lambda _message, _number: pieces, **how)
    return attempts[0]


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("AA", Outcome.DELIVERED),
        ("CA", Outcome.DELIVERED),
        ("AE", Outcome.RETRY),
        ("CE", Outcome.RETRY),
        ("AR", Outcome.REFUSED),
        ("CR", Outcome.REFUSED),
        ("XX", Outcome.RETRY),
    ],
)
def test_the_acknowledgement_code_decides(code: str, outcome: Outcome) -> None:
    (attempt,), _ = exchange(lambda message, _number: [framed(code, message)])
    assert attempt.outcome is outcome
    assert bool(attempt.explanation) == (outcome is not Outcome.DELIVERED)


def test_every_retry_sends_the_same_bytes() -> None:
    attempts, messages = exchange(
        lambda message, number: [framed("AA" if number == 2 else "AE", message)] if number else [], attempts=3
    )
    assert [attempt.outcome for attempt in attempts] == [Outcome.RETRY, Outcome.RETRY, Outcome.DELIVERED]
    assert messages == [make_hl7_document().content] * 3


def test_an_acknowledgement_may_come_in_single_bytes() -> None:
    (attempt,), _ = exchange(lambda message, _number: (bytes([each]) for each in framed("AA", message)))
    assert attempt.outcome is Outcome.DELIVERED


@pytest.mark.parametrize(
    "acknowledgement",
    [
        b"MSH|^~\\&|R|H|O|R|2026||ACK|ACK|P|2.3\rMSA|AA|OSTEO0001",
        b"MSH|^~\\&|R|H|O|R|2026||ACK^R01|1|P|2.8\nMSA|AA|OSTEO0001\n",
        b"MSH|^~\\&|R|H|O|R|2026||ACK|1|P|2.5.1\r\nSFT|x\r\nMSA|AA|OSTEO0001|thanks\r\n",
        b"MSH#^~\\&#R#H#O#R#2026##ACK#1#P#2.5.1\rMSA#AA#OSTEO0001\r",
    ],
)
def test_receivers_own_ways_to_write_an_acknowledgement_are_accepted(acknowledgement: bytes) -> None:
    assert answer(b"\x0b" + acknowledgement + b"\x1c\r").outcome is Outcome.DELIVERED


def test_a_frame_without_its_last_carriage_return_counts_once_the_receiver_closes() -> None:
    (attempt,), _ = exchange(lambda message, _number: [framed("AA", message)[:-1]])
    assert attempt.outcome is Outcome.DELIVERED


@pytest.mark.parametrize(
    "answers",
    [
        b"",
        b"hello",
        b"\x0bhello\x1c\r",
        b"\x0b\x1c\r",
        b"\x0bMSH|^~\\&|R|H|O|R|2026||ACK|1|P|2.5.1\rMSA|AA|OTHER\r\x1c\r",
        b"\x0bMSH|^~\\&|R|H|O|R|2026||ACK|1|P|2.5.1\rMSA|AA\r\x1c\r",
        b"\x0bMSH|^~\\&|R|H|O|R|2026||ACK|1|P|2.5.1\r\x1c\r",
        b"\x0bMSH|^~\\&|R|H|O|R|2026||ACK|1|P|2.5.1\rMSA|AA|OSTEO0001\r",
        b"MSH|^~\\&|R|H|O|R|2026||ACK|1|P|2.5.1\rMSA|AA|OSTEO0001\r",
        b"\x0b\xff\xfe\x00\x1c\r",
    ],
)
def test_nothing_but_our_own_acknowledgement_counts(answers: bytes) -> None:
    attempt = answer(answers)
    assert attempt.outcome is Outcome.RETRY
    assert "not acknowledged" in attempt.explanation


def test_silence_is_given_up_after_the_timeout() -> None:
    with ScriptedReceiver(lambda _message, _number: [b""] if receiver.stopping.wait(10) else []) as receiver:
        attempt = MllpDestination(hl7_destination(receiver.port, timeout_seconds=0.2)).deliver([make_hl7_document()])
        receiver.stopping.set()
    assert attempt.outcome is Outcome.RETRY
    assert "no answer in time" in attempt.explanation


def test_a_byte_now_and_then_does_not_move_the_deadline() -> None:
    with ScriptedReceiver(lambda _message, _number: _drip(receiver.stopping)) as receiver:
        attempt = MllpDestination(hl7_destination(receiver.port, timeout_seconds=0.3)).deliver([make_hl7_document()])
    assert "no answer in time" in attempt.explanation


def test_endless_bytes_are_cut_off() -> None:
    attempt = answer(itertools.repeat(b"\x0b" + b"M" * 8191))
    assert attempt.outcome is Outcome.RETRY
    assert "more than 65536 bytes" in attempt.explanation


def test_a_closed_port_is_retried_and_explained() -> None:
    attempt = MllpDestination(hl7_destination(1)).deliver([make_hl7_document()])
    assert attempt.outcome is Outcome.RETRY
    assert "Connection refused" in attempt.explanation
    assert "127.0.0.1:1" in attempt.explanation


def test_what_a_receiver_writes_beside_the_code_is_kept_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    text = b"\x0bMSH|^~\\&|R|H|O|R|2026||ACK|1|P|2.5.1\rMSA|AE|OSTEO0001|no patient Mueller\rERR|Mueller\r\x1c\r"
    with caplog.at_level(logging.DEBUG):
        attempt = answer(text)
    assert "Mueller" not in repr(attempt) + caplog.text


def test_a_document_that_is_no_such_message_is_never_sent() -> None:
    message = make_hl7_document()
    wrong_id = Document(DocumentKind.HL7_ORU, "OTHER", STUDY_INSTANCE_UID, 1, "", message.content)
    block_inside = Document(
        DocumentKind.HL7_ORU, "OSTEO0001", STUDY_INSTANCE_UID, 1, "", message.content + b"\x1c\rMSH"
    )
    with ScriptedReceiver(lambda _message, _number: []) as receiver:
        destination = MllpDestination(hl7_destination(receiver.port))
        attempt = destination.deliver([wrong_id, block_inside, make_dicom_document(DocumentKind.SECONDARY_CAPTURE)])
    assert [receipt.outcome for receipt in attempt.receipts] == [Outcome.REFUSED] * 3
    assert receiver.messages == []


def test_python_hl7_receives_and_acknowledges() -> None:
    with run_python_hl7() as receiver:
        attempt = MllpDestination(hl7_destination(receiver.port)).deliver(
            [make_hl7_document("A1"), make_hl7_document("A2")]
        )
    assert [receipt.status for receipt in attempt.receipts] == ["AA accepted", "AA accepted"]
    assert [str(message.segment("MSH")[10]) for message in receiver.messages] == ["A1", "A2"]
    assert str(receiver.messages[0].segment("PID")[5]) == "Müller^José"


def _drip(stopping: threading.Event) -> Iterator[bytes]:
    while not stopping.wait(0.05):
        yield b"M"
