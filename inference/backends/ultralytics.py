"""YOLO models of ultralytics in torch, as they were trained. ultralytics is AGPL-3.0: never installed for serving.

A `.pt` file is a pickle. It is read by torch's restricted loader with the classes that ultralytics itself lists, so a
file that names anything else is refused, not run.
"""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from domain.errors import ModelError
from inference.backends import Tensor
from inference.backends.deadline import run_within
from inference.backends.frameworks import load_framework
from inference.backends.keras import require_float32
from inference.zoo import VerifiedModel

_OUTPUT = "yolo"


class UltralyticsSession:
    """One network: boxes (centre, width, height in canvas pixels) and class scores, (N, 4 + classes, places)."""

    def __init__(self, network: Any, name: str) -> None:
        self._network = network
        self._name = name
        self._torch = load_framework("torch")

    def run(self, batch: Tensor, timeout_seconds: float) -> Mapping[str, Tensor]:
        """Return the output `yolo` (see `Session.run`)."""
        try:
            return {_OUTPUT: run_within(lambda: self._predict(batch), timeout_seconds, self._name)}
        except RuntimeError as error:
            raise ModelError("the runtime failed on this image", subject=self._name) from error

    def _predict(self, batch: Tensor) -> Tensor:
        with self._torch.inference_mode():
            answer = self._network(self._torch.from_numpy(np.ascontiguousarray(batch)))
        decoded = answer[0] if isinstance(answer, tuple) else answer
        return np.asarray(decoded.numpy(), dtype=np.float32)


class UltralyticsBackend:
    """Loads `.pt` files of YOLO detectors.

    Args:
        threads: of torch, in the whole process.

    Raises:
        ModelUnavailable: ultralytics or torch is not installed.
    """

    def __init__(self, threads: int) -> None:
        load_framework("ultralytics", "torch")
        load_framework("torch").set_num_threads(threads)

    def compile(self, model: VerifiedModel) -> UltralyticsSession:
        """Load a model; raises ModelError (see `Backend.compile`)."""
        require_float32(model)
        if model.output_names != (_OUTPUT,):
            raise ModelError(f"the model has the output {_OUTPUT} alone", subject=model.name)
        with tempfile.TemporaryDirectory(prefix="osteonode-") as folder:
            path = Path(folder) / model.entry.file_name("pt")
            path.write_bytes(model.content("pt"))
            checkpoint = load_checkpoint(path, subject=model.name)
        return UltralyticsSession(network_of(checkpoint, subject=model.name), model.name)


def load_checkpoint(path: Path, *, subject: str, is_trusted: bool = False) -> Mapping[str, Any]:
    """Return the content of a `.pt` file.

    Args:
        is_trusted: whether code in it may run; without that, only classes that ultralytics lists are made.

    Raises:
        ModelError: it is none, or it names something else than ultralytics lists.
    """
    load = load_framework("ultralytics.nn.tasks", "torch").torch_safe_load
    try:
        checkpoint, _ = load(str(path), safe_only=not is_trusted)
    except (TypeError, RuntimeError, AttributeError, ModuleNotFoundError, OSError) as error:
        raise ModelError(f"ultralytics cannot load it as a YOLO model{_say_unsafe(path)}", subject=subject) from error
    if not isinstance(checkpoint, Mapping):
        raise ModelError("it is no checkpoint of ultralytics", subject=subject)
    return checkpoint


def network_of(checkpoint: Mapping[str, Any], *, subject: str) -> Any:
    """Return the network of a checkpoint in float32, its batch norms folded in, ready to predict."""
    torch = load_framework("torch")
    network = checkpoint.get("ema") or checkpoint.get("model")
    if not isinstance(network, torch.nn.Module):
        raise ModelError("the checkpoint holds no network, perhaps its weights alone", subject=subject)
    network = network.float().eval()
    return network.fuse(verbose=False) if hasattr(network, "fuse") else network


def _say_unsafe(path: Path) -> str:
    """Return the names of code that a file would run and that ultralytics does not list."""
    try:
        named = load_framework("torch").serialization.get_unsafe_globals_in_checkpoint(str(path))
    except (RuntimeError, ValueError, OSError):
        return ""
    return f"; it would run {', '.join(sorted(named)[:5])}" if named else ""
