"""A whole node in shadow mode with a challenger beside it, and what happens when the mode ends."""

import json
from pathlib import Path
from typing import Any

import pytest

from config.challenger import Challenger
from config.reading import Reading
from config.settings import Settings
from config.toml_text import write_toml
from dicom_node.challenger_ports import ChallengeState
from dicom_node.demo_peers.archive import Archive
from dicom_node.demo_peers.mllp_receiver import MllpReceiver
from dicom_node.ledger.queries import LedgerView
from dicom_node.openings import open_comparison
from dicom_node.pipeline.reader_pool import ReaderPool
from dicom_node.service import Service
from domain.study import StudyState
from tests.fakes.hospital import draw_study, make_settings, send, wait_until, write_study
from tests.fakes.light_reader import light
from tests.fakes.stand_in_bundle import write_bundle
from tests.system.command_line import run_command

pytestmark = [pytest.mark.system, pytest.mark.slow]


def open_at_once(challenger: Challenger) -> ReaderPool:
    """Open a challenger of ordinary priority: on a busy machine the real one may wait for minutes."""
    return ReaderPool.of_settings(Reading(bundle=challenger.bundle, threads=1))


def send_image(folder: Path, study: int, image: int, port: int) -> str:
    """Send one image of a study and return the study's UID."""
    sent = draw_study(study, images=image)[-1:]
    assert set(send(write_study(folder / "in", sent), port).values()) == {0}
    return str(sent[0].StudyInstanceUID)


def states(view: LedgerView, study_instance_uid: str) -> list[StudyState]:
    history = view.history(study_instance_uid)
    return [line.study.state for line in history.versions] if history else []


def compare(settings: Settings, config: Path) -> dict[str, Any]:
    """Ask the command: without a challenger in its file, it compares the last that there was."""
    config.write_text(write_toml(settings.model_copy(update={"challenger": None})))
    ran = run_command("compare", "--config", config, "--json")
    assert ran.returncode == 0, ran.stderr
    return dict(json.loads(ran.stdout)["comparison"])


def test_nothing_is_sent_then_or_later_and_the_challenger_reads_what_was_read(tmp_path: Path) -> None:
    bundle, config = write_bundle(tmp_path / "bundle"), tmp_path / "site.toml"
    with Archive(tmp_path / "archive") as archive, MllpReceiver() as ris:
        settings = make_settings(tmp_path / "data", pacs=archive.port, ris=ris.port, challenger={"bundle": bundle})
        shadow = settings.model_copy(update={"node": settings.node.model_copy(update={"shadow_mode": True})})
        with Service(shadow, reader_factory=light(), challenger_factory=open_at_once) as node:
            first = send_image(tmp_path, 1, 1, node.port)
            wait_until(lambda: states(node.view, first) == [StudyState.SHADOW])
            look = open_comparison(settings.model_copy(update={"challenger": None}))
            wait_until(lambda: (found := look.look(1)) and found.states == {ChallengeState.READ: 1}, 120)
            compared = compare(settings, config)
        assert compared["images"] == {"read": 1}
        assert compared["said"]["champion"]["statements"] == {"present": 1}
        listed = run_command("studies", "--config", config).stdout
        assert "in shadow mode: nothing sent" in " ".join(listed.split())
        assert (archive.files(), ris.messages) == ((), [])
        with Service(settings, reader_factory=light(), challenger_factory=open_at_once) as node:
            second = send_image(tmp_path, 2, 1, node.port)
            wait_until(lambda: len(ris.messages) == 1)
            assert states(node.view, first) == [StudyState.SHADOW]
            assert send_image(tmp_path, 1, 2, node.port) == first
            wait_until(lambda: len(ris.messages) == 2)
            assert states(node.view, first) == [StudyState.SHADOW, StudyState.ANSWERED]
            assert states(node.view, second) == [StudyState.ANSWERED]
