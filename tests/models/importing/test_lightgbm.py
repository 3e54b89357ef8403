from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inference.backends.installed import open_backends
from inference.canvases import Canvases
from inference.importing import draw_images
from inference.zoo import load_model
from tests.models.importing.conftest import FRACTURE_OPTIONS, SIDE_PX, Import

lightgbm = pytest.importorskip("lightgbm", reason="needs the extra `models`")
pytest.importorskip("tensorflow", reason="needs the extra `models`")
# Keras gives its arrays away as NumPy 1 asked for them.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

FEATURES = 6


@pytest.fixture(scope="module")
def backbone(keras: Any) -> Any:
    image = keras.Input((SIDE_PX, SIDE_PX, 3))
    features = keras.layers.Conv2D(FEATURES, 3, strides=4)(image)
    return keras.Model(image, keras.layers.GlobalAveragePooling2D()(features))


@pytest.fixture(scope="module")
def trees(backbone: Any) -> Any:
    """A classifier of what the network makes of the drawn images, so that its splits fall among them."""
    images = [np.repeat(_fit(image)[None, :, :, None], 3, axis=3) for image in draw_images()]
    features = np.concatenate([backbone.predict_on_batch(image) for image in images])
    noisy = np.concatenate(
        [features + np.random.default_rng(seed).normal(0, 1e-3, features.shape) for seed in range(20)]
    )
    labels = (noisy[:, 0] > np.median(noisy[:, 0])).astype(int)
    return lightgbm.LGBMClassifier(n_estimators=4, num_leaves=4, n_jobs=1, verbose=-1).fit(noisy, labels)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, backbone: Any, trees: Any) -> Path:
    import joblib

    folder = tmp_path_factory.mktemp("trees")
    backbone.save(folder / "backbone.keras")
    trees.booster_.save_model(folder / "trees.txt")
    joblib.dump(trees, folder / "trees.pkl")
    joblib.dump({"a": 1}, folder / "other.pkl")
    return folder


def _fit(image: Any) -> Any:
    import cv2

    return cv2.resize(image, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)


@pytest.mark.parametrize("options", [["trees.txt"], ["trees.pkl", "--allow-pickle"]])
def test_trees_answer_as_they_did_over_their_network(
    options: list[str], folder: Path, backbone: Any, trees: Any, import_file: Import, tmp_path: Path
) -> None:
    under = ["--backbone", str(folder / "backbone.keras"), "--range", "0..1"]
    code, said, entry = import_file(folder / options[0], *options[1:], *under, *FRACTURE_OPTIONS)
    assert (code, said) == (0, "")
    assert (entry.backend, set(entry.outputs)) == ("lightgbm", {"fracture_probability"})
    session = open_backends(1)["lightgbm"]().compile(load_model(tmp_path / "ours", entry))
    answers = []
    for image in draw_images():
        batch, _ = Canvases(image).make(entry.input)
        answers.append(session.run(batch, 60.0)["fracture_probability"].item())
        assert answers[-1] == pytest.approx(trees.predict_proba(backbone.predict_on_batch(batch))[0, 1], abs=1e-5)
    assert np.ptp(answers) > 0.05


def test_a_pickle_that_holds_something_else_is_told_so(folder: Path, import_file: Import) -> None:
    code, said, _ = import_file(folder / "other.pkl", "--allow-pickle", "--backbone", str(folder / "backbone.keras"))
    assert code == 1
    assert "it holds dict" in said


def test_trees_the_other_way_round_are_refused(folder: Path, import_file: Import) -> None:
    under = ["--backbone", str(folder / "backbone.keras"), "--range", "0..1"]
    code, said, _ = import_file(folder / "trees.txt", *under, *FRACTURE_OPTIONS, "--classes", "fracture,normal")
    assert code == 1
    assert "label 1 of the trees must be the fracture" in said
