"""A whole node that explains: later, apart, once, and never in the way of a result. Models and LIME are light here."""

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pydicom
import pytest

from config.settings import Settings
from config.toml_text import write_toml
from dicom_node.cli.main import run
from dicom_node.demo_peers.archive import Archive
from dicom_node.demo_peers.mllp_receiver import MllpReceiver
from dicom_node.ledger.queries import History, LedgerView
from dicom_node.openings import open_ledger
from dicom_node.pipeline.explainer import ChildExplainer
from dicom_node.service import Service
from domain.delivery import DeliveryState
from domain.document import DocumentKind
from domain.explanation import ExplanationState
from domain.study import StudyState
from domain.uid import derive_uid
from tests.fakes.explainers import explain_at_the_gate, explain_by_dying, gated, stay
from tests.fakes.hospital import draw_study, make_settings, send, wait_until, write_study
from tests.fakes.light_reader import MODEL_SET, light
from tests.peers.validators import find_errors
from tests.system.free_port import free_port
from tests.system.node_process import NodeProcess

pytestmark = [pytest.mark.system, pytest.mark.slow]

LATER = "AI LIME MAP - NOT FOR DIAGNOSIS"
EXPLAINED = {"lime": True, "samples": 100, "deadline_seconds": 120}


@pytest.fixture
def peers(tmp_path: Path) -> Iterator[tuple[Archive, MllpReceiver]]:
    with Archive(tmp_path / "archive", port=free_port()) as archive, MllpReceiver() as ris:
        yield archive, ris


def node_settings(folder: Path, peers: tuple[Archive, MllpReceiver], **explanations: object) -> Settings:
    archive, ris = peers
    tables = {"explanations": {**EXPLAINED, **explanations}}
    return make_settings(folder / "data", pacs=archive.port, ris=ris.port, port=free_port(), **tables)


def send_study(folder: Path, number: int, port: int) -> str:
    """Send a study of one image and return its UID."""
    study = draw_study(number, images=1)
    assert set(send(write_study(folder / "in", study), port).values()) == {0}
    return str(study[0].StudyInstanceUID)


def descriptions(archive: Archive, study_instance_uid: str) -> list[str]:
    """Return the descriptions of the series in the archive that belong to a study."""
    headers = [pydicom.dcmread(path, stop_before_pixels=True, force=True) for path in archive.files()]
    return sorted(str(ds.SeriesDescription) for ds in headers if study_instance_uid == ds.StudyInstanceUID)


def history_of(view: LedgerView, study_instance_uid: str) -> History:
    history = view.history(study_instance_uid)
    assert history is not None
    return history


def states_of(view: LedgerView, study_instance_uid: str) -> list[ExplanationState]:
    return [each.state for each in history_of(view, study_instance_uid).explanations]


def has_explanation(view: LedgerView, study_instance_uid: str) -> bool:
    """Say whether every delivery of a study is made, that of its explanation among them."""
    states = {each.destination: each.state for each in history_of(view, study_instance_uid).deliveries}
    return states.get("pacs:lime") is DeliveryState.DELIVERED and set(states.values()) == {DeliveryState.DELIVERED}


def has_answer(view: LedgerView, study_instance_uid: str) -> bool:
    """Say whether the answer on a study has been delivered to both destinations."""
    states = {each.destination: each.state for each in history_of(view, study_instance_uid).deliveries}
    return [states.get(name) for name in ("pacs", "ris")] == [DeliveryState.DELIVERED] * 2


def test_a_second_studys_result_leaves_before_the_explanation_of_the_first_is_made(
    tmp_path: Path, peers: tuple[Archive, MllpReceiver]
) -> None:
    gate = tmp_path / "gate"
    settings = node_settings(tmp_path, peers)
    with Service(settings, reader_factory=light(), explainer_factory=gated(gate)) as node:
        first = send_study(tmp_path, 1, node.port)
        wait_until(lambda: list(gate.glob("began-*")))
        wait_until(lambda: has_answer(node.view, first))
        second = send_study(tmp_path, 2, node.port)
        wait_until(lambda: has_answer(node.view, second))
        assert states_of(node.view, first) == [ExplanationState.WAITING]
        assert LATER not in descriptions(peers[0], first) + descriptions(peers[0], second)
        (gate / "open").touch()
        wait_until(lambda: has_explanation(node.view, first) and has_explanation(node.view, second))
    assert descriptions(peers[0], first).count(LATER) == descriptions(peers[0], second).count(LATER) == 1
    assert len(peers[1].messages) == 2


@pytest.mark.peer("dicom3tools")
def test_what_the_archive_gets_is_valid_and_names_its_source(
    tmp_path: Path, peers: tuple[Archive, MllpReceiver]
) -> None:
    gate = tmp_path / "gate"
    with Service(node_settings(tmp_path, peers), reader_factory=light(), explainer_factory=gated(gate)) as node:
        (gate / "open").touch()
        uid = send_study(tmp_path, 1, node.port)
        wait_until(lambda: has_explanation(node.view, uid))
    (path,) = (each for each in peers[0].files() if LATER in str(pydicom.dcmread(each).SeriesDescription))
    ds = pydicom.dcmread(path)
    assert find_errors(path, ds.SOPClassUID) == []
    assert ds.StudyInstanceUID == uid
    assert ds.SourceImageSequence[0].ReferencedSOPInstanceUID == draw_study(1, images=1)[0].SOPInstanceUID
    assert "not a diagnosis" in ds.DerivationDescription


def test_a_node_killed_while_it_explains_explains_once_under_the_same_uids(
    tmp_path: Path, peers: tuple[Archive, MllpReceiver]
) -> None:
    gate = tmp_path / "gate"
    settings = node_settings(tmp_path, peers)
    with NodeProcess(settings, tmp_path) as node:
        uid = send_study(tmp_path, 1, node.start())
        for lives in (1, 2):
            wait_until(partial(has_begun, gate, lives))
            node.kill()
            wait_until(lambda: not any(is_running(each) for each in gate.glob("began-*")))
            node.start()
        wait_until(partial(has_begun, gate, 3))
        view = open_ledger(settings).view
        assert states_of(view, uid) == [ExplanationState.WAITING]
        (gate / "open").touch()
        wait_until(lambda: has_explanation(view, uid))
    made = [each.identifier for each in history_of(view, uid).documents if each.kind is DocumentKind.LIME_CAPTURE]
    image = draw_study(1, images=1)[0].SOPInstanceUID
    assert made == [derive_uid(uid, "1", MODEL_SET, DocumentKind.LIME_CAPTURE.value, f"{image}/100/0")]
    assert descriptions(peers[0], uid).count(LATER) == 1
    assert len(peers[1].messages) == 1


def has_begun(gate: Path, times: int) -> bool:
    return len(list(gate.glob("began-*"))) == times


def is_running(began: Path) -> bool:
    """Say whether the process that left a note runs; one that was killed may wait for its parent to notice."""
    status = Path("/proc", began.name.removeprefix("began-"), "status")
    return status.exists() and "State:\tZ" not in status.read_text()


def test_a_node_killed_with_an_explanation_on_its_way_delivers_it_when_it_is_back(
    tmp_path: Path, peers: tuple[Archive, MllpReceiver]
) -> None:
    gate = tmp_path / "gate"
    settings = node_settings(tmp_path, peers)
    archive = peers[0]
    with NodeProcess(settings, tmp_path) as node:
        uid = send_study(tmp_path, 1, node.start())
        wait_until(lambda: list(gate.glob("began-*")))
        port = archive.port
        archive.stop()
        (gate / "open").touch()
        view = open_ledger(settings).view
        wait_until(lambda: states_of(view, uid) == [ExplanationState.MADE])
        node.kill()
        with Archive(archive.folder, port=port) as again:
            node.start()
            wait_until(lambda: has_explanation(view, uid))
            assert descriptions(again, uid).count(LATER) == 1
    assert len(list(gate.glob("began-*"))) == 1


@pytest.mark.parametrize(
    ("deadline_seconds", "dies", "words"), [(3.0, False, "DEADLINE-EXCEEDED"), (60.0, True, "ended unexpectedly")]
)
def test_a_failure_leaves_the_study_complete_and_is_seen(
    tmp_path: Path,
    peers: tuple[Archive, MllpReceiver],
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    deadline_seconds: float,
    dies: bool,
    words: str,
) -> None:
    explain = explain_by_dying if dies else partial(explain_at_the_gate, tmp_path)
    explainer = ChildExplainer(explain, deadline_seconds=deadline_seconds, stand_back=stay)
    settings = node_settings(tmp_path, peers)
    with Service(settings, reader_factory=light(), explainer_factory=lambda _: explainer) as node:
        uid = send_study(tmp_path, 1, node.port)
        wait_until(lambda: states_of(node.view, uid) == [ExplanationState.FAILED])
        history = history_of(node.view, uid)
        config = tmp_path / "site.toml"
        config.write_text(write_toml(settings))
        capsys.readouterr()
        assert run(["show", uid, "--config", str(config)]) == 0
    shown = capsys.readouterr().out
    assert words in history.explanations[0].reason
    assert words in caplog.text
    assert "explanations" in shown
    assert words in shown
    assert history.versions[0].study.state is StudyState.ANSWERED
    assert [each.state for each in history.deliveries] == [DeliveryState.DELIVERED] * 2


def test_a_node_that_stops_waits_for_no_explanation_and_makes_it_when_it_is_back(
    tmp_path: Path, peers: tuple[Archive, MllpReceiver]
) -> None:
    gate = tmp_path / "gate"
    node = Service(node_settings(tmp_path, peers), reader_factory=light(), explainer_factory=gated(gate))
    with node:
        uid = send_study(tmp_path, 1, node.port)
        wait_until(lambda: list(gate.glob("began-*")))
        before = os.times().elapsed
    assert os.times().elapsed - before < 9
    (gate / "open").touch()
    with node:
        wait_until(lambda: has_explanation(node.view, uid))
