"""What a person sees of a training, and what a killed run leaves on the disk to go on from."""

import json
import os
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import keras

from domain.errors import ModelError
from inference.training.families.pixels import ShowProgress

Report = Callable[[str], None]
#: One epoch: its stage, its losses, its learning rate, its seconds.
Epoch = dict[str, float]


@dataclass(frozen=True, slots=True)
class State:
    """How far the training of one part is.

    Attributes:
        run: digest of all that decides the weights; another run must not go on from here.
        stage, epochs: the stage that is under way and its epochs that are done.
        checkpoint: file with the network and its optimiser after the last epoch; empty before the first.
        best: lowest validation loss of the stage; None where there is none.
    """

    run: str
    stage: int = 0
    epochs: int = 0
    checkpoint: str = ""
    best: float | None = None
    finished: bool = False
    history: tuple[Epoch, ...] = ()

    def of_stage(self) -> tuple[Epoch, ...]:
        """Return the epochs of the stage that is under way."""
        return tuple(epoch for epoch in self.history if epoch["stage"] == self.stage)


def read_state(path: Path, run: str) -> State:
    """Return the state that a run left, or a new one.

    Raises:
        ModelError: it is of another recipe, dataset or start.
    """
    if not path.is_file():
        return State(run)
    content = json.loads(path.read_text())
    if content["run"] != run:
        raise ModelError(
            f"{path.parent} holds a run of another recipe, data or start: give another --runs, or remove that folder"
        )
    return State(**{**content, "history": tuple(content["history"])})


def write_state(path: Path, state: State) -> None:
    """Write a state so that a crash leaves the old one or the new one."""
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(state), indent=1) + "\n")
    os.replace(fresh, path)


class Keeper(keras.callbacks.Callback):
    """Writes network and state after every epoch, and the weights of the best one.

    The checkpoint is named by its epoch and the state names the checkpoint: whenever the run is killed, both are of the
    same epoch.
    """

    def __init__(self, folder: Path, part: str, state: State) -> None:
        super().__init__()
        self._folder, self._part, self.state = folder, part, state
        self._began = 0.0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._began = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        said = {name: float(value) for name, value in (logs or {}).items()}
        seconds = round(time.perf_counter() - self._began, 1)
        rate = float(self.model.optimizer.learning_rate)
        before = self.state
        judged = said.get("val_loss")
        if judged is None or before.best is None or judged < before.best:
            self.model.save_weights(best_weights(self._folder, self._part, before.stage))
        best = before.best if judged is None else min(judged, judged if before.best is None else before.best)
        checkpoint = f"{self._part}.stage{before.stage}.epoch{epoch + 1}.checkpoint.keras"
        self.model.save(self._folder / checkpoint)
        line: Epoch = {"stage": before.stage, "epoch": epoch + 1, "rate": rate, "seconds": seconds, **said}
        self.state = replace(
            before, epochs=epoch + 1, checkpoint=checkpoint, best=best, history=(*before.history, line)
        )
        write_state(state_file(self._folder, self._part), self.state)
        if before.checkpoint not in ("", checkpoint):
            (self._folder / before.checkpoint).unlink(missing_ok=True)


class Rejoin(keras.callbacks.Callback):
    """Brings the callbacks before it to where they were when the run was killed: they see the past epochs again."""

    def __init__(self, others: Sequence[Any], past: Sequence[Epoch]) -> None:
        super().__init__()
        self._others, self._past = others, past

    def on_train_begin(self, logs: Any = None) -> None:
        rate = float(self.model.optimizer.learning_rate)
        for epoch, line in enumerate(self._past):
            for other in self._others:
                other.on_epoch_end(epoch, {name: line[name] for name in ("loss", "val_loss") if name in line})
        self.model.optimizer.learning_rate = rate


class Narrator(keras.callbacks.Callback):
    """A bar for the batches of an epoch, then a line on what came of it.

    Args:
        title: which part and stage.
        epochs: of the stage.
    """

    def __init__(self, title: str, epochs: int, batches: int, show: ShowProgress, report: Report) -> None:
        super().__init__()
        self._title, self._epochs, self._batches, self._show, self._report = title, epochs, batches, show, report
        self._bar, self._began = ExitStack(), 0.0
        self._step: Callable[[], None] = lambda: None

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._began = time.perf_counter()
        self._bar = ExitStack()
        title = f"{self._title}, epoch {epoch + 1} of {self._epochs}"
        self._step = self._bar.enter_context(self._show(title, self._batches))

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._step()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._bar.close()
        seconds = time.perf_counter() - self._began
        losses = ", ".join(f"{_NAMES.get(name, name)} {value:.4g}" for name, value in (logs or {}).items())
        left = f"; up to {(self._epochs - epoch - 1) * seconds / 60:.0f} min left" if epoch + 1 < self._epochs else ""
        self._report(f"{self._title}, epoch {epoch + 1} of {self._epochs}: {losses}; {seconds:.0f} s{left}")

    def on_train_end(self, logs: Any = None) -> None:
        self._bar.close()


_NAMES = {"val_loss": "validation loss", "learning_rate": "rate"}


def state_file(folder: Path, part: str) -> Path:
    """Return where the state of a part stands."""
    return folder / f"{part}.state.json"


def best_weights(folder: Path, part: str, stage: int) -> Path:
    """Return where the best weights of a stage stand while a part is trained."""
    return folder / f"{part}.stage{stage}.best.weights.h5"
