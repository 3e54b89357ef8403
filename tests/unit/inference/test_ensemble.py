from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from domain.errors import ModelError
from domain.finding import FractureState
from inference.backends import Tensor
from inference.calibration import sigmoid
from inference.ensemble import Canvases, Ensemble, Evidence, Member, fuse
from inference.preprocess import Image, Letterbox, stretch_contrast
from inference.zoo import Model, VerifiedModel, load_manifest
from tests.fakes.stand_in_bundle import write_bundle

IMAGE = np.random.default_rng(0).random((120, 80), dtype=np.float32)
MAP_CELLS = 16


@dataclass
class SideSession:
    """Says `logits` for the two flips; its map is the column's number, so that an unturned flip shows."""

    logits: tuple[float, float] = (1.0, 3.0)
    batches: list[Tensor] = field(default_factory=list)

    def run(self, batch: Tensor) -> Mapping[str, Tensor]:
        self.batches.append(batch)
        upright = np.tile(np.arange(MAP_CELLS, dtype=np.float32), (MAP_CELLS, 1))
        maps = np.stack([upright, upright[:, ::-1]])[:, None]
        return {"fracture_logit": np.array(self.logits, dtype=np.float32)[:, None], "fracture_map": maps}


class SideBackend:
    """Compiles every model to the same session."""

    def __init__(self, outputs: Mapping[str, Tensor] | None = None) -> None:
        self.session, self.outputs = SideSession(), outputs

    def compile(self, model: VerifiedModel, batch_shape: tuple[int, int, int, int]) -> "SideBackend | SideSession":
        return self.session if self.outputs is None else self

    def run(self, batch: Tensor) -> Mapping[str, Tensor]:
        assert self.outputs is not None
        return self.outputs


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return write_bundle(tmp_path / "bundle")


@pytest.fixture
def fracture_entry(bundle: Path) -> Model:
    return load_manifest(bundle).members("fracture")[0]


def _evidence(entry: Model, *logits: float) -> Evidence:
    return Evidence(entry, logits, np.zeros((4, 4), dtype=np.float32), Letterbox(1, 1, 0, 0))


def test_both_flips_go_as_one_batch_and_the_second_is_mirrored(fracture_entry: Model) -> None:
    session = SideSession()
    Member(fracture_entry, session).run(Canvases(IMAGE))
    (batch,) = session.batches
    assert batch.shape == (2, 1, 256, 256)
    assert np.array_equal(batch[1, 0], batch[0, 0, :, ::-1])
    assert not np.array_equal(batch[1, 0], batch[0, 0])


def test_the_map_of_the_mirrored_flip_is_turned_back(bundle: Path) -> None:
    fracture, (evidence,), _ = Ensemble(bundle, load_manifest(bundle), SideBackend()).examine(Canvases(IMAGE))
    assert np.array_equal(evidence.cells[3], np.arange(MAP_CELLS))
    assert fracture.probability == pytest.approx(sigmoid(2.0))
    assert fracture.interval == pytest.approx((sigmoid(1.0), sigmoid(3.0)))


def test_members_are_fused_by_the_mean_and_spread_over_members_and_flips(fracture_entry: Model) -> None:
    fused = fuse([_evidence(fracture_entry, -2.0, 0.0), _evidence(fracture_entry, 1.0, 1.0)])
    assert fused.probability == pytest.approx((sigmoid(-1.0) + sigmoid(1.0)) / 2)
    assert fused.interval == pytest.approx((sigmoid(-2.0), sigmoid(1.0)))
    assert fused.state is FractureState.DOUBT


@pytest.mark.parametrize(
    "outputs",
    [
        {"fracture_logit": np.array([[np.nan], [0.0]]), "fracture_map": np.zeros((2, 1, 4, 4))},
        {"fracture_logit": np.zeros((2, 1)), "fracture_map": np.full((2, 1, 4, 4), np.inf)},
        {"fracture_logit": np.zeros((1, 1)), "fracture_map": np.zeros((1, 1, 4, 4))},
        {"fracture_logit": np.zeros((2, 1)), "fracture_map": np.zeros((2, 1, 4, 5))},
    ],
    ids=["logit not finite", "map not finite", "one flip missing", "map not square"],
)
def test_outputs_that_break_the_contract_are_a_model_error(bundle: Path, outputs: dict[str, Tensor]) -> None:
    ensemble = Ensemble(bundle, load_manifest(bundle), SideBackend(outputs))
    with pytest.raises(ModelError):
        ensemble.examine(Canvases(IMAGE))


def test_the_most_probable_region_is_told_by_its_class(bundle: Path) -> None:
    probabilities = np.array([[0.1, 0.7, 0.6, 0.0], [0.1, 0.9, 0.6, 0.0]], dtype=np.float32)
    ensemble = Ensemble(bundle, load_manifest(bundle), SideBackend({"region": probabilities}))
    region, is_known, (score,) = ensemble.recognise(Canvases(IMAGE))
    assert (region.label, is_known) == ("leg", True)
    assert region.probability == pytest.approx(0.8)
    assert score.probability is None


def test_a_region_below_the_minimum_is_not_recognised(bundle: Path) -> None:
    low = np.full((2, 4), 0.49, dtype=np.float32)
    ensemble = Ensemble(bundle, load_manifest(bundle), SideBackend({"region": low}))
    _, is_known, _ = ensemble.recognise(Canvases(IMAGE))
    assert not is_known


def test_a_step_that_two_members_share_is_done_once(
    fracture_entry: Model, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[int] = []

    def count(image: Image) -> Image:
        done.append(1)
        return stretch_contrast(image)

    monkeypatch.setattr("inference.ensemble.STEPS", {"stretch_contrast": count})
    canvases, (region_entry,) = Canvases(IMAGE), load_manifest(bundle).members("region")
    sides = [canvases.make(entry.input)[0].shape for entry in (region_entry, fracture_entry)]
    assert sides == [(64, 64), (256, 256)]
    assert len(done) == 1
