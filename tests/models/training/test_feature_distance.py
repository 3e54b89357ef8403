"""An image is far from what was trained on where its features are like those of no kind of radiograph."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra `models`")

from inference.training.backbones import MOBILENETV2  # noqa: E402
from inference.training.feature_distance import (  # noqa: E402
    FeatureDistance,
    fit_distance,
    kind_of,
    load_distance,
    measure_features,
    save_distance,
)
from inference.training.fracatlas import Example  # noqa: E402
from inference.training.network import RegionNetwork, Trunk  # noqa: E402
from inference.training.phantoms import draw_examples  # noqa: E402

HAND, LEG = (False, True, False), (False, False, True)


@pytest.fixture(scope="module")
def hands_and_legs() -> FeatureDistance:
    """Hands lie about (0, 0) and legs about (10, 0); the second feature varies ten times as much as the first."""
    rng = np.random.default_rng(0)
    spread = rng.normal(0, [0.1, 1.0], (400, 2))
    spread[200:, 0] += 10
    return fit_distance(spread, [HAND] * 200 + [LEG] * 200)


def _measure(distance: FeatureDistance, *features: tuple[float, float]) -> list[float]:
    return distance(torch.tensor(features))[:, 0].tolist()


def test_an_image_like_those_of_a_kind_is_near(hands_and_legs: FeatureDistance) -> None:
    assert _measure(hands_and_legs, (0.0, 0.0), (10.0, 0.0)) == pytest.approx([0, 0], abs=0.02)


def test_what_lies_between_the_kinds_is_far(hands_and_legs: FeatureDistance) -> None:
    assert _measure(hands_and_legs, (5.0, 0.0))[0] > 500


def test_a_feature_counts_by_how_much_it_varies_within_a_kind(hands_and_legs: FeatureDistance) -> None:
    along, across = _measure(hands_and_legs, (0.0, 1.0), (1.0, 0.0))
    assert across == pytest.approx(100 * along, rel=0.3)


def test_a_set_of_regions_that_is_hardly_ever_seen_is_no_kind() -> None:
    features = np.random.default_rng(0).normal(0, 1, (301, 3))
    distance = fit_distance(features, [HAND] * 150 + [LEG] * 150 + [(False, True, True)])
    assert distance.means.shape == (2, 3)


def test_a_feature_that_no_radiograph_shows_still_counts() -> None:
    features = np.random.default_rng(0).normal(0, [1, 0], (100, 2))
    near, far = _measure(fit_distance(features, [HAND] * 100), (0.0, 0.0), (0.0, 1.0))
    assert near < 1 < far < 1e5


@pytest.mark.parametrize("kinds", [[], [HAND]])
def test_too_few_radiographs_are_said_to_be(kinds: list[tuple[bool, ...]]) -> None:
    with pytest.raises(ValueError, match="no kind of radiograph"):
        fit_distance(np.zeros((len(kinds), 3)), kinds)


@pytest.mark.parametrize(
    ("means", "deviations", "said"),
    [((2, 3), (2,), "means"), ((0, 3), (3,), "means"), ((3,), (3,), "means"), ((2, 3), (3,), "above 0")],
)
def test_a_distance_of_wrong_numbers_is_refused(means: tuple[int, ...], deviations: tuple[int, ...], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        FeatureDistance(torch.zeros(means), torch.zeros(deviations))


def test_a_phantom_is_of_another_kind_than_the_radiograph_that_it_stands_for() -> None:
    phantom = draw_examples(1, 0, 64)[0]
    radiograph = Example("1.jpg", phantom.pixels, False, (), phantom.regions)
    assert kind_of(phantom)[1:] == kind_of(radiograph)[1:]
    assert kind_of(phantom)[0] is not kind_of(radiograph)[0]


def test_features_are_measured_image_by_image() -> None:
    network, phantoms = RegionNetwork(Trunk(MOBILENETV2), 4), draw_examples(17, 0, 64)
    together = measure_features(network, phantoms, 64)
    assert together.shape == (17, 1280)
    assert together[16] == pytest.approx(measure_features(network, phantoms[16:], 64)[0], abs=1e-5)


def test_a_distance_comes_back_from_its_file(hands_and_legs: FeatureDistance, tmp_path: Path) -> None:
    save_distance(hands_and_legs, tmp_path / "distance.pt")
    loaded = load_distance(tmp_path / "distance.pt")
    assert _measure(loaded, (3.0, 1.0)) == _measure(hands_and_legs, (3.0, 1.0))


def test_a_missing_distance_says_what_writes_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="train the region recipe"):
        load_distance(tmp_path / "distance.pt")
