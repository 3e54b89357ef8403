"""kill -9 at every commit point and at random instants under load: nothing acknowledged is lost or answered twice.

As long as a person likes: make torture, or pytest tests/system/test_kill.py -s --kills 100 --studies 200
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pydicom
import pytest

from config.settings import Settings
from dicom_node.demo_peers.mllp_receiver import MllpReceiver
from dicom_node.ledger.queries import LedgerView
from dicom_node.openings import open_ledger
from tests.fakes.commit_points import AFTER, BEFORE
from tests.fakes.hospital import draw_study, make_settings, wait_until, write_study
from tests.fakes.stand_in_bundle import write_bundle
from tests.system.busy_modality import BusyModalities
from tests.system.free_port import free_port
from tests.system.node_lives import LIGHT, POOLED, REAL, NodeLives
from tests.system.witnesses import Census, WitnessArchive, check_hospital, is_all_done

pytestmark = [pytest.mark.slow, pytest.mark.system, pytest.mark.timeout(3600)]
SEED = 20260301
#: With so many kills a run is one by hand, and leaves nothing out.
LONG = 100
#: Where a node takes longer, everything does, and a life without any progress shows nothing.
USUAL_START_SECONDS = 2.5
#: So long a node is waited for that is to die where every study passes.
PATIENCE_SECONDS = 60.0
#: Where only some do, so long after everything is done: a node looks for lost work every second.
IDLE_SECONDS = 4.0


@dataclass(frozen=True)
class Scene:
    """A node that may be killed, its peers, and who sends."""

    settings: Settings
    node: NodeLives
    modalities: BusyModalities
    archive: WitnessArchive
    ris: MllpReceiver

    def dies(self, is_certain: bool) -> bool:
        """Wait until the node dies; where that is not certain, no longer than until it has had nothing to do."""
        deadline, idle = time.monotonic() + PATIENCE_SECONDS, 0.0
        while time.monotonic() < deadline and idle < IDLE_SECONDS:
            began = time.monotonic()
            if self.node.dies(0.5):
                return True
            idle = 0.0 if is_certain or not self._is_idle() else idle + time.monotonic() - began
        return False

    def _is_idle(self) -> bool:
        sent = {path.stem for paths in self.modalities.released for path in paths}
        return sent <= self.modalities.acknowledged and is_all_done(self.view)

    @cached_property
    def view(self) -> LedgerView:
        """The ledger of the node that has begun to run."""
        return open_ledger(self.settings).view

    def end(self, seconds: float) -> Census:
        """Let the last node do what is left, and count."""
        if self.node.is_dead:
            self.node.begin()
            self.node.await_ready()
        self.modalities.finish(seconds)
        wait_until(lambda: is_all_done(self.view), seconds)
        self.node.stop()
        assert self.node.survivors() == []
        assert "P000" not in self.node.log()
        assert "Phantom^" not in self.node.log()
        sent = {_study_of(paths[0]): {path.stem for path in paths} for paths in self.modalities.released}
        return check_hospital(self.settings, sent, self.modalities.acknowledged, self.archive, self.ris)


@contextmanager
def open_scene(folder: Path, studies: int, reader: str) -> Iterator[Scene]:
    """Draw studies, and put a node between its peers; nothing is sent or started yet."""
    files = [write_study(folder / "in" / str(number), draw_study(number)) for number in range(studies)]
    with WitnessArchive(folder / "archive") as archive, MllpReceiver() as ris:
        port = free_port()
        bundle = {"bundle": write_bundle(folder / "bundle"), "threads": 1}
        settings = make_settings(folder / "data", pacs=archive.port, ris=ris.port, port=port, reading=bundle)
        with NodeLives(settings, folder, reader=reader) as node:
            yield Scene(settings, node, BusyModalities(files, port), archive, ris)


def _study_of(path: Path) -> str:
    return str(pydicom.dcmread(path, stop_before_pixels=True).StudyInstanceUID)


def kill_at_random(scene: Scene, kills: int, release: Callable[[int], int], rng: random.Random) -> Counter[str]:
    """Start and kill; the studies that belong to each kill are released first. One death in seven is at the start."""
    killed: Counter[str] = Counter()
    pace = 1.0
    for number in range(kills):
        scene.modalities.release(release(number))
        if scene.node.is_dead:
            scene.node.begin()
            if rng.random() < 1 / 7:
                time.sleep(rng.uniform(0.0, 0.3))
                killed["starting " + scene.node.kill(rng)] += 1
                continue
            began = time.monotonic()
            scene.node.await_ready()
            pace = max(1.0, (time.monotonic() - began) / USUAL_START_SECONDS)
        time.sleep(rng.uniform(0.05, 1.5) * pace)
        killed[scene.node.kill(rng)] += 1
    return killed


def share(studies: int, kills: int) -> Callable[[int], int]:
    """Return how many studies belong to each kill, so that all of them happen under load."""
    return lambda number: studies * (number + 1) // kills - studies * number // kills


def torture(folder: Path, kills: int, studies: int, reader: str) -> None:
    """Kill that often while that many studies arrive; print what was counted."""
    began = time.monotonic()
    with open_scene(folder, studies, reader) as scene:
        killed = kill_at_random(scene, kills, share(studies, kills), random.Random(SEED))
        census = scene.end(600 + 2 * studies)
    what = ", ".join(f"{count} x {name}" for name, count in sorted(killed.items()))
    print(f"\n{kills} times kill -9 ({what}), reader {reader}, {time.monotonic() - began:.0f} s\n{census}")


def test_at_random_instants_under_load(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    torture(tmp_path, request.config.getoption("--kills"), request.config.getoption("--studies"), POOLED)


def test_at_random_instants_with_models(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    kills, studies = request.config.getoption("--kills"), request.config.getoption("--studies")
    torture(tmp_path, max(3, kills // 5), max(4, studies // 10), REAL)


def points_of_one_study(folder: Path) -> list[str]:
    """Let a new node answer one study unharmed; return where it committed or renamed, in order."""
    with open_scene(folder, 1, LIGHT) as scene:
        scene.node.begin()
        scene.node.await_ready()
        scene.modalities.release(1)
        scene.end(60)
        return scene.node.points()


def test_before_and_after_every_commit_point(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    tried: list[str] = []
    spared: list[str] = []
    deaths = 0
    is_long = request.config.getoption("--kills") >= LONG
    with open_scene(tmp_path, 60, LIGHT) as scene:
        usual = points_of_one_study(tmp_path / "unharmed")
        left = list(usual)
        while left:
            # Before it and after it; in a short run one of the two, in turn.
            for when in (BEFORE, AFTER) if is_long else (BEFORE, AFTER)[len(tried) % 2 :][:1]:
                scene.node.begin(f"{when} {left[0]}")
                scene.modalities.release(1)
                if scene.dies(left[0] in usual):
                    deaths += 1
                else:
                    spared.append(f"{when} {left[0]}")
                    scene.node.stop()
            tried.append(left.pop(0))
            # Some points there are only where another life has left something; not each life leaves it.
            left += [name for name in scene.node.points() if name not in {*tried, *left}]
        census = scene.end(240)
    print(
        f"\n{deaths} deaths, before or after: {', '.join(tried)}; never there: {', '.join(spared) or 'none'}\n{census}"
    )
    assert deaths >= 12
    assert len(spared) <= (deaths + len(spared)) // 4
