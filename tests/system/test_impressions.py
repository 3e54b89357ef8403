"""A whole node that lets a phrase model word the impression: what the information system gets, and what is counted."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from dicom_node.demo_peers.mllp_receiver import MllpReceiver
from dicom_node.service import Service
from domain.errors import ModelError
from tests.fakes.hospital import draw_study, make_settings, send, wait_until, write_study
from tests.fakes.impressions import ScriptedWriter
from tests.fakes.light_reader import LightReader, light
from tests.system.free_port import free_port

pytestmark = [pytest.mark.system, pytest.mark.slow]
LIE = "Overall no fracture was detected (fracture probability 1%). The image was analysed."
Answer = Callable[..., tuple[str, Service]]


@pytest.fixture
def answer(tmp_path: Path) -> Iterator[Answer]:
    """Let a node answer one study, and return the message and the node."""
    with ExitStack() as stack:

        def start(phrase_model: str, **factories: object) -> tuple[str, Service]:
            ris = MllpReceiver(port=free_port())
            ris.start()
            stack.callback(ris.stop)
            tables = {"reporting": {"phrase_model": phrase_model, "phrase_seconds": 60.0}}
            settings = make_settings(tmp_path / "data", quiet_seconds=0.5, ris=ris.port, **tables)
            node = Service(settings, reader_factory=light(LightReader()), **factories)
            stack.enter_context(node)
            send(write_study(tmp_path / "in", draw_study(1))[:1], node.port)
            wait_until(lambda: ris.messages)
            return ris.messages[0].decode(), node

        yield start


def test_the_shipped_model_words_the_impression_and_the_message_says_so(answer: Answer) -> None:
    message, node = answer("shipped")
    assert "Wording of the impression: report-phrases-lstm" in message
    assert "every statement checked against the findings" in message
    assert node.view.counts().impressions == {"": 1}


def test_a_model_that_lies_is_counted_and_the_template_stands(answer: Answer) -> None:
    message, node = answer("shipped", writer_factory=lambda _settings: ScriptedWriter(LIE))
    assert LIE not in message
    assert "Wording of the impression: template." in message
    assert sum(node.view.counts().impressions.values()) == 1
    assert "" not in node.view.counts().impressions


def test_a_node_whose_phrase_model_is_not_there_does_not_start(tmp_path: Path) -> None:
    tables = {"reporting": {"phrase_model": str(tmp_path / "nowhere")}}
    settings = make_settings(tmp_path / "data", quiet_seconds=0.5, **tables)
    with pytest.raises(ModelError, match="models train report-phrases-lstm"):
        Service(settings, reader_factory=light(LightReader())).start()
