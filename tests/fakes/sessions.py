"""Sessions that say what a test wants, for members of any task."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from domain.errors import DeadlineExceeded, ModelError
from inference.backends import Tensor
from inference.zoo import Model, VerifiedModel
from inference.zoo.manifest import FILES


@dataclass
class SaidSession:
    """Says `outputs` whatever it sees, or fails with `error`; keeps the batches."""

    outputs: Mapping[str, Any] = field(default_factory=dict)
    error: type[ModelError] | None = None
    batches: list[Tensor] = field(default_factory=list)

    def run(self, batch: Tensor, timeout_seconds: float) -> Mapping[str, Tensor]:
        self.batches.append(batch)
        if self.error is not None:
            raise self.error("said so", subject="test")
        return {name: np.asarray(value, dtype=np.float32) for name, value in self.outputs.items()}


HANGING = SaidSession(error=DeadlineExceeded)


@dataclass
class SaidBackend:
    """Compiles each model to the session of its name."""

    sessions: Mapping[str, SaidSession]

    def compile(self, model: VerifiedModel) -> SaidSession:
        return self.sessions[model.name]


def make_entry(name: str, task: str, outputs: tuple[str, ...], **changes: Any) -> Model:
    """Return a manifest entry; its files are names only."""
    backend = changes.get("backend", "openvino")
    needed: dict[str, Any] = {"region": {"minimum_probability": 0.5}}.get(task, {})
    if task == "fracture":
        needed = {"operating_points": {"doubt_from": 0.3, "present_from": 0.6}}
    entry = {
        "name": name,
        "version": "1.0.0",
        "task": task,
        "files": {f"{name}.{suffix}": "0" * 64 for suffix in FILES[backend]},
        "input": {"name": "image", "side_px": 64, "preprocess": ["letterbox"]},
        "outputs": dict.fromkeys(outputs),
        "classes": ["hand", "leg"] if task == "region" else ["fracture"],
        "data": "none",
        "licence": "Apache-2.0",
        "metrics": {},
    }
    return Model.model_validate(entry | needed | changes)
