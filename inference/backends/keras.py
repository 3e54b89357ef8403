"""Keras over TensorFlow, as a model was trained: to compare with, or where a graph cannot be converted."""

import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from domain.errors import ModelError
from inference.backends import Tensor
from inference.backends.deadline import run_within
from inference.backends.frameworks import load_framework, load_keras
from inference.zoo import VerifiedModel

#: What Keras raises on a file that it cannot make a model of.
LOAD_ERRORS = (ValueError, TypeError, OSError, RuntimeError, KeyError, AttributeError, ImportError)


class KerasSession:
    """One loaded model, whose outputs are told by name."""

    def __init__(self, model: Any, outputs: tuple[str, ...], name: str) -> None:
        self._model = model
        self._outputs = outputs
        self._name = name

    def run(self, batch: Tensor, timeout_seconds: float) -> Mapping[str, Tensor]:
        """Return the named outputs (see `Session.run`)."""
        try:
            answer = run_within(lambda: self._model.predict_on_batch(batch), timeout_seconds, self._name)
        except (ValueError, RuntimeError) as error:
            raise ModelError("the runtime failed on this image", subject=self._name) from error
        named = answer if isinstance(answer, dict) else {self._outputs[0]: answer}
        return {name: np.asarray(named[name], dtype=np.float32) for name in self._outputs}


class KerasBackend:
    """Loads `.keras` files; code inside one (a Lambda layer) is refused.

    Args:
        threads: of each operation; TensorFlow takes the number of its first model for the whole process.

    Raises:
        ModelUnavailable: Keras or TensorFlow is not installed.
    """

    def __init__(self, threads: int) -> None:
        self._keras = load_keras()
        tensorflow = load_framework("tensorflow")
        with suppress(RuntimeError):  # it has started with another number
            tensorflow.config.threading.set_intra_op_parallelism_threads(threads)

    def compile(self, model: VerifiedModel) -> KerasSession:
        """Load a model; raises ModelError (see `Backend.compile`)."""
        return KerasSession(self.load(model), model.output_names, model.name)

    def load(self, model: VerifiedModel) -> Any:
        """Return the network with the outputs that its entry names; raises ModelError (see `Backend.compile`)."""
        require_float32(model)
        with tempfile.TemporaryDirectory(prefix="osteonode-") as folder:
            path = Path(folder) / model.entry.file_name("keras")
            path.write_bytes(model.content("keras"))
            try:
                loaded = self._keras.saving.load_model(path, compile=False, safe_mode=True)
            except LOAD_ERRORS as error:
                raise ModelError("Keras cannot load the model", subject=model.name) from error
        _require_outputs(loaded, model)
        return loaded


def require_float32(model: VerifiedModel) -> None:
    """Raise ModelError where an entry asks for a precision that only OpenVINO has."""
    if model.entry.precision != "f32":
        raise ModelError(f"{model.entry.backend} computes in f32, not in {model.entry.precision}", subject=model.name)


def _require_outputs(loaded: Any, model: VerifiedModel) -> None:
    missing = sorted(set(model.output_names) - _names_of(loaded, model))
    if missing:
        raise ModelError(f"the model has no output named {', '.join(missing)}", subject=model.name)


def _names_of(loaded: Any, model: VerifiedModel) -> set[str]:
    """Return the names of a model's outputs. One alone needs no name; of several, nothing else says which is which."""
    named = getattr(loaded, "output", None)  # a sequential model has none until something calls it
    if isinstance(named, dict):
        return set(named)
    return {model.output_names[0]} if len(loaded.outputs) == 1 else set()
