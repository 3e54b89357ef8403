"""What is said while a detector trains."""

from types import SimpleNamespace
from typing import Any

from inference.training.yolo.progress import Progress

FOUND = {"metrics/precision(B)": 0.5, "metrics/recall(B)": 0.25, "metrics/mAP50(B)": 0.125, "metrics/mAP50-95(B)": 0.1}


def make_trainer(batches: int = 40, **changes: Any) -> SimpleNamespace:
    plain = {"train_loader": range(batches), "tloss": {"box": 1.5, "cls": 0.5}, "epoch": 1, "epochs": 3}
    return SimpleNamespace(**plain, metrics=FOUND, **changes)


def test_each_tenth_of_an_epoch_is_a_line_with_the_loss_and_the_time_left() -> None:
    said: list[str] = []
    seconds = iter(range(0, 1000, 10))
    progress = Progress(said.append, lambda: float(next(seconds)))
    progress.start_epoch(make_trainer())
    for _ in range(40):
        progress.count_batch(make_trainer())
    assert len(said) == 10
    # Ten seconds for four batches: ninety for the other thirty-six.
    assert said[0] == "epoch 2 of 3, batch 4 of 40: loss 2.000, 2 min left"
    assert said[-1] == "epoch 2 of 3, batch 40 of 40: loss 2.000, 0 s left"


def test_an_epoch_of_few_batches_says_each() -> None:
    said: list[str] = []
    progress = Progress(said.append, lambda: 0.0)
    progress.start_epoch(make_trainer(3))
    for _ in range(3):
        progress.count_batch(make_trainer(3))
    assert [line.split(":")[0] for line in said] == [f"epoch 2 of 3, batch {batch} of 3" for batch in (1, 2, 3)]


def test_validation_is_said_at_the_end_of_an_epoch() -> None:
    said: list[str] = []
    Progress(said.append).end_epoch(make_trainer())
    assert said == ["epoch 2 of 3 of validation: precision 0.500, recall 0.250, mAP50 0.125, mAP50-95 0.100"]


def test_the_last_look_at_the_best_epoch_is_no_epoch() -> None:
    said: list[str] = []
    trainer = make_trainer()
    trainer.epoch = 3
    Progress(said.append).end_epoch(trainer)
    assert said == []
