"""Explainers without models: one in the node's own process, and deeds for a child process, with real documents."""

import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from config.settings import Settings
from dicom_node.pipeline.explainer import ChildExplainer
from dicom_node.ports import ExplanationTask, StudyExplainer
from domain.document import Document
from domain.errors import ModelUnavailable
from reporting.captures.lime_capture import compose_lime
from reporting.captures.part_weights import PartWeights


class LightExplainer:
    """Implements ports.StudyExplainer; `failures` are raised by the first calls, one each."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.tasks: list[ExplanationTask] = []

    def explain(self, task: ExplanationTask) -> tuple[Document, ...]:
        self.tasks.append(task)
        if self.failures:
            raise self.failures.pop(0)
        return explain_lightly(task)

    def close(self) -> None:
        return None


def explain_lightly(task: ExplanationTask) -> tuple[Document, ...]:
    """Return the documents of a task with two parts, of which the left one says it all."""
    labels = np.array([[0, 1]], dtype=np.int16)
    parts = PartWeights(labels, (0.4, 0.0), None, samples=100, seed=0, r2=0.9, models=("light 1.0.0",))
    return compose_lime(task.context, task.findings, task.evidence(), dict.fromkeys(task.explained, parts))


def explain_at_the_gate(folder: Path, task: ExplanationTask) -> tuple[Document, ...]:
    """Note in a folder that it began, wait until somebody makes the file `open` there, and explain."""
    (folder / f"began-{os.getpid()}").write_text(f"{os.nice(0)} {os.sched_getscheduler(0)}")
    while not (folder / "open").exists():
        time.sleep(0.02)
    return explain_lightly(task)


def explain_by_dying(task: ExplanationTask) -> tuple[Document, ...]:
    """End the process as a native crash does."""
    os._exit(139)


def explain_by_stumbling(task: ExplanationTask) -> tuple[Document, ...]:
    """Fail in a way that nobody foresaw, with a value of the data set in the message."""
    name = "Sekret^Person"
    raise KeyError(name)


def explain_without_lime(task: ExplanationTask) -> tuple[Document, ...]:
    """Fail as where a package is missing."""
    raise ModelUnavailable("this needs lime")


def stay() -> None:
    """Keep the priority of the tests: on a machine that is busy with them, the lowest one never gets its turn."""


def gated(folder: Path) -> Callable[[Settings], StudyExplainer]:
    """Return an explainer factory for a service, whose child waits at a gate."""
    folder.mkdir(exist_ok=True)
    return lambda settings: ChildExplainer(
        partial(explain_at_the_gate, folder),
        deadline_seconds=settings.explanations.deadline_seconds,
        stand_back=stay,
    )
