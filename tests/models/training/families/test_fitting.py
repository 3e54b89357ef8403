"""A run that is killed goes on as if it had not been."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("keras", reason="needs the extra `models`")

import keras

from inference.training.families.batches import Examples
from inference.training.families.fitting import Workplace, fit_part
from inference.training.families.parts import plan_parts
from inference.training.families.pixels import to_input
from inference.training.families.progress import Rejoin
from inference.training.families.starts import Start
from tests.fakes.tiny_runs import silent, tiny

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

RECIPE = tiny("vgg16-cnn", "fracatlas", head=(), epochs=4, plateau={"patience": 1}, early_stopping=0)
(PART,) = plan_parts(RECIPE)


@pytest.fixture(scope="module")
def examples() -> tuple[Examples, Examples]:
    rng = np.random.default_rng(0)
    canvases = rng.integers(0, 256, (48, 32, 32), dtype=np.uint8)
    labels = (np.arange(48) % 3 == 0).astype(np.float32)[:, None]
    canvases[labels[:, 0] > 0, 8:20, 8:20] = 255
    places = np.arange(48)
    return Examples(canvases, places[:36], labels[:36]), Examples(canvases, places[36:], labels[36:])


def fit(examples: tuple[Examples, Examples], folder: Path, report: Callable[[str], None]) -> Any:
    folder.mkdir(exist_ok=True)
    return fit_part(RECIPE, PART, *examples, Start("random"), Workplace(folder, "run", silent, report))


def kill_at(line_part: str) -> Callable[[str], None]:
    def report(line: str) -> None:
        if line_part in line:
            raise KeyboardInterrupt

    return report


@pytest.fixture(scope="module")
def unbroken(examples: tuple[Examples, Examples], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return network and state of a run that nobody killed."""
    return fit(examples, tmp_path_factory.mktemp("unbroken"), lambda _line: None)


@pytest.mark.parametrize("killed_at", ["stage 1 of 2, epoch 2", "stage 2 of 2, epoch 1", "stage 2 of 2, epoch 2"])
def test_a_killed_run_goes_on_and_ends_where_an_unbroken_one_ends(
    killed_at: str, examples: tuple[Examples, Examples], unbroken: Any, tmp_path: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        fit(examples, tmp_path / "killed", kill_at(killed_at))
    lines: list[str] = []
    network, state = fit(examples, tmp_path / "killed", lines.append)
    whole, straight = unbroken
    assert "goes on after epoch" in lines[0]
    assert [(epoch["stage"], epoch["epoch"]) for epoch in state.history] == [(0, 1), (0, 2), (1, 1), (1, 2)]
    assert [epoch["rate"] for epoch in state.history] == [epoch["rate"] for epoch in straight.history]
    pictures = to_input(examples[1].pixels, RECIPE.contract)
    np.testing.assert_allclose(network.predict(pictures, verbose=0), whole.predict(pictures, verbose=0), atol=1e-4)


def test_nothing_but_the_network_and_its_history_is_left(examples: tuple[Examples, Examples], tmp_path: Path) -> None:
    fit(examples, tmp_path, lambda _line: None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["abnormal.keras", "abnormal.state.json"]


def test_a_plateau_goes_on_counting_and_the_rate_stays_where_it_was() -> None:
    network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    network.compile(keras.optimizers.SGD(0.25), "mse")
    plateau = keras.callbacks.ReduceLROnPlateau(patience=3)
    rejoin = Rejoin([plateau], [{"loss": 1.0, "val_loss": 1.0}, {"loss": 0.9, "val_loss": 1.0}])
    for callback in (plateau, rejoin):
        callback.set_model(network)
        callback.on_train_begin()
    assert plateau.wait == 1
    assert float(network.optimizer.learning_rate) == 0.25
