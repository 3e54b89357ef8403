"""What is said while ultralytics trains: a line for each tenth of an epoch, and one with figures at its end."""

import time
from collections.abc import Callable, Mapping
from typing import Any

LINES_AN_EPOCH = 10
#: What ultralytics calls its figures, and what people call them.
FIGURES: Mapping[str, str] = {
    "metrics/precision(B)": "precision",
    "metrics/recall(B)": "recall",
    "metrics/mAP50(B)": "mAP50",
    "metrics/mAP50-95(B)": "mAP50-95",
}


class Progress:
    """Callbacks of a trainer, by the name of their event.

    Args:
        report: takes each line.
        now_seconds: a clock that only goes forward.
    """

    def __init__(self, report: Callable[[str], None], now_seconds: Callable[[], float] = time.monotonic) -> None:
        self._report = report
        self._now_seconds = now_seconds
        self._started_seconds = 0.0
        self._done = 0

    @property
    def callbacks(self) -> dict[str, Callable[[Any], None]]:
        """What to add to a trainer."""
        return {
            "on_train_epoch_start": self.start_epoch,
            "on_train_batch_end": self.count_batch,
            "on_fit_epoch_end": self.end_epoch,
        }

    def start_epoch(self, trainer: Any) -> None:
        """Start to count."""
        self._started_seconds, self._done = self._now_seconds(), 0

    def count_batch(self, trainer: Any) -> None:
        """Report every tenth of an epoch: the loss, and how long the epoch will still take."""
        self._done += 1
        batches = len(trainer.train_loader)
        if self._done % max(1, batches // LINES_AN_EPOCH):
            return
        loss = sum(float(part) for part in trainer.tloss.values())
        left_seconds = (self._now_seconds() - self._started_seconds) / self._done * (batches - self._done)
        self._report(f"{_epoch(trainer)}, batch {self._done} of {batches}: loss {loss:.3f}, {_say(left_seconds)} left")

    def end_epoch(self, trainer: Any) -> None:
        """Report what validation found; ultralytics calls this once more for its best epoch, which is not a new one."""
        if trainer.epoch >= trainer.epochs:
            return
        found = ", ".join(f"{name} {float(trainer.metrics[key]):.3f}" for key, name in FIGURES.items())
        self._report(f"{_epoch(trainer)} of validation: {found}")


def _epoch(trainer: Any) -> str:
    return f"epoch {trainer.epoch + 1} of {trainer.epochs}"


def _say(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
