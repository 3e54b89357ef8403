"""Tiny networks in the formats that hospitals have, one of each, and a command line to import them with."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dicom_node.cli.main import run
from inference.zoo.manifest import Model
from tests.fakes.stand_in_bundle import write_bundle

SIDE_PX = 32
FRACTURE_OPTIONS = (
    *("--task", "fracture", "--classes", "normal,fracture", "--preprocess", "stretch"),
    *("--present-from", "0.6", "--doubt-from", "0.4"),
)

#: Imports a file and returns the exit code, what was said on stderr, and its manifest entry where one was written.
Import = Callable[..., tuple[int, str, Model | None]]


@pytest.fixture
def import_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Import:
    base = write_bundle(tmp_path / "base")

    def import_one(file: Path, *options: str) -> tuple[int, str, Model | None]:
        into = tmp_path / "ours"
        common = ["--name", "ours", "--bundle", str(base), "--into", str(into)]
        code = run(["models", "import", str(file), *common, *options])
        manifest = into / "manifest.json"
        entry = json.loads(manifest.read_text())["models"][-1] if manifest.exists() else None
        return code, capsys.readouterr().err, Model.model_validate(entry) if entry else None

    return import_one


@pytest.fixture(scope="session")
def keras() -> Any:
    from inference.backends.frameworks import load_keras

    loaded = load_keras()
    loaded.utils.set_random_seed(7)
    return loaded


@pytest.fixture(scope="session")
def fracture_network(keras: Any) -> Any:
    """A functional model that scales its input itself, with a map and a probability."""
    image = keras.Input((SIDE_PX, SIDE_PX, 3))
    scaled = keras.layers.Rescaling(1 / 255)(image)
    features = keras.layers.Conv2D(6, 3, strides=2, activation="relu")(scaled)
    cells = keras.layers.Conv2D(1, 1, name="cells")(features)
    pooled = keras.layers.GlobalAveragePooling2D()(features)
    fractured = keras.layers.Dense(1, activation="sigmoid", name="fractured", kernel_initializer=_steep(keras))(pooled)
    return keras.Model(image, [cells, fractured])


@pytest.fixture(scope="session")
def probability_network(keras: Any, fracture_network: Any) -> Any:
    return keras.Model(fracture_network.input, fracture_network.output[1])


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory, probability_network: Any, fracture_network: Any) -> Path:
    """A folder of Keras files: whole.keras, whole.h5, weights.h5, two.keras, saved_model/."""
    folder = tmp_path_factory.mktemp("files")
    probability_network.save(folder / "whole.keras")
    probability_network.save(folder / "whole.h5")
    probability_network.save_weights(folder / "only.weights.h5")
    fracture_network.save(folder / "two.keras")
    probability_network.export(folder / "saved_model", verbose=False)
    return folder


def _steep(keras: Any) -> Any:
    """Weights large enough that one radiograph differs from the next."""
    return keras.initializers.RandomNormal(stddev=6.0, seed=3)
