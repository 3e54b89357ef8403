"""Models of Keras: `.keras`, and whole models in `.h5`."""

import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import openvino

from domain.errors import ModelError
from inference.backends import Tensor
from inference.backends.frameworks import load_framework, load_keras
from inference.backends.keras import LOAD_ERRORS
from inference.importing.outputs import Ending, Head, RawOutput
from inference.importing.questions import Found
from inference.importing.rescaling import range_of_layers
from inference.zoo.manifest import BackendName

_ENDINGS: Mapping[str, Ending] = {"sigmoid": "sigmoid", "softmax": "softmax", "linear": "linear"}
_HOW_TO_SAVE = "save the whole model where it was trained, model.save('model.keras'), and import that"


class KerasSource:
    """A Keras model with one input.

    Args:
        is_trusted: whether code in the file (Lambda layers) may run.

    Raises:
        ModelError: it is no whole Keras model, or has code in it, or more inputs than one.
        ModelUnavailable: Keras or TensorFlow is not installed.
    """

    backends: tuple[BackendName, ...] = ("openvino", "keras")

    def __init__(self, path: Path, *, is_trusted: bool = False) -> None:
        self._keras = load_keras()
        _require_whole_model(path)
        if not is_trusted and "Lambda" in _layer_classes(path):
            raise ModelError("it has a Lambda layer, which is code that would run: --allow-pickle if you trust it")
        try:
            loaded = self._keras.saving.load_model(path, compile=False, safe_mode=not is_trusted)
        except LOAD_ERRORS as error:
            raise ModelError(
                f"Keras {self._keras.__version__} cannot load it ({type(error).__name__}), perhaps for a layer of "
                "another package: export it where it was trained, model.export('folder'), and import the folder"
            ) from error
        self._model = _name_ends(self._keras, loaded)
        self.framework = f"Keras {self._keras.__version__}"
        self.found = self._look(path)

    def predict(self, batch: Tensor) -> Mapping[str, Tensor]:
        """Return every output by its layer's name (see `Source.predict`)."""
        answer = self._model.predict_on_batch(batch)
        tensors = self._keras.tree.flatten(answer)
        return {name: np.asarray(each) for name, each in zip(_names(self._model), tensors, strict=True)}

    def convert(self, side_px: int | None = None) -> openvino.Model:
        """Return the graph straight from the model; its ONNX export drops constants for several families."""
        try:
            return openvino.convert_model(self._model)
        except (RuntimeError, TypeError, ValueError) as error:
            raise ModelError("OpenVINO cannot convert it; --backend keras serves it as it is") from error

    def write_native(self, stem: Path, heads: Sequence[Head]) -> tuple[Path, ...]:
        """Write `stem`.keras, with the outputs of its task by name."""
        tensors = dict(zip(_names(self._model), self._keras.tree.flatten(self._model.output), strict=True))
        outputs = {head.name: self._add(head, tensors[head.raw]) for head in heads}
        path = stem.with_name(f"{stem.name}.keras")
        self._keras.Model(self._model.inputs, outputs).save(path)
        return (path,)

    def _add(self, head: Head, tensor: Any) -> Any:
        for step in head.steps:
            tensor = _in_keras(self._keras)[step.kind](tensor, step.index)
        return tensor

    def _look(self, path: Path) -> Found:
        shape = self._input_shape()
        layout: Literal["nchw", "nhwc"] = "nhwc" if shape[-1] in (1, 3, None) else "nchw"
        channels, side = (shape[3], shape[1:3]) if layout == "nhwc" else (shape[1], shape[2:])
        range_, note = range_of_layers(list(self._model._flatten_layers(include_self=False)))
        said = {"side_px": side[0], "channels": channels, "range": range_}
        return Found(
            kind=f"Keras model ({path.suffix})",
            input_name=str(self._model.inputs[0].name),
            layout=layout,
            outputs=self._outputs(),
            values={key: str(value) for key, value in said.items() if value is not None},
            notes=(note,) if note else (),
        )

    def _input_shape(self) -> tuple[int | None, ...]:
        inputs = self._model.inputs
        if not inputs:
            raise ModelError(f"its input has no shape: call it on an image once, then {_HOW_TO_SAVE}")
        if len(inputs) != 1 or len(inputs[0].shape) != 4:
            raise ModelError(f"it takes {[tuple(each.shape) for each in inputs]}, and an image is one (N, h, w, c)")
        require_square(inputs[0].shape)
        return tuple(inputs[0].shape)

    def _outputs(self) -> tuple[RawOutput, ...]:
        tensors = self._keras.tree.flatten(self._model.output)
        return tuple(
            RawOutput(name, tuple(tensor.shape), _ending(tensor))
            for name, tensor in zip(_names(self._model), tensors, strict=True)
        )


def require_square(shape: Sequence[int | None]) -> None:
    """Raise ModelError unless an image shape (N, h, w, c) or (N, c, h, w) is square, as far as it is fixed."""
    sides = [each for each in (shape[1:3] if shape[3] in (1, 3, None) else shape[2:4]) if each is not None]
    if len(set(sides)) > 1:
        raise ModelError(f"it takes images of {' x '.join(map(str, sides))} pixels; only squares are supported")


def _name_ends(keras: Any, loaded: Any) -> Any:
    """Return a sequential model as the functional one that it is: alone it does not say what its output is called."""
    if isinstance(loaded, keras.Sequential) and loaded.inputs:
        return keras.Model(loaded.inputs, loaded.outputs)
    return loaded


def _names(model: Any) -> list[str]:
    if isinstance(model.output, dict):
        return sorted(model.output)  # the order in which a dict is flattened
    names = list(model.output_names)
    return names if len(set(names)) == len(names) else [f"{name} {index}" for index, name in enumerate(names)]


def _ending(tensor: Any) -> Ending | None:
    operation = tensor._keras_history.operation
    activation = getattr(getattr(operation, "activation", None), "__name__", type(operation).__name__.lower())
    return _ENDINGS.get(activation)


def _in_keras(keras: Any) -> Mapping[str, Any]:
    return {
        "as_column": lambda tensor, index: keras.ops.reshape(tensor, (-1, 1)),
        "column": lambda tensor, index: tensor[:, index : index + 1],
        "channels_first": lambda tensor, index: keras.ops.transpose(tensor, (0, 3, 1, 2)),
        "sigmoid": lambda tensor, index: keras.ops.sigmoid(tensor),
        "softmax": lambda tensor, index: keras.ops.softmax(tensor, axis=1),
        "complement": lambda tensor, index: 1.0 - tensor,
        "negate": lambda tensor, index: -tensor,
    }


def _require_whole_model(path: Path) -> None:
    """Raise ModelError where an HDF5 file holds weights and not what they belong to."""
    if path.suffix == ".keras":
        if not zipfile.is_zipfile(path):
            raise ModelError("it is no .keras file: that is a zip with config.json and model.weights.h5")
        return
    try:
        with load_framework("h5py").File(path) as file:
            is_whole = "model_config" in file.attrs
    except OSError as error:
        raise ModelError("it is no HDF5 file that can be read") from error
    if not is_whole:
        raise ModelError(f"it holds weights alone, without the network they belong to: {_HOW_TO_SAVE}")


def _layer_classes(path: Path) -> set[str]:
    """Return the class names of all layers, read as data."""
    if path.suffix == ".keras":
        with zipfile.ZipFile(path) as archive:
            config = json.loads(archive.read("config.json"))
    else:
        with load_framework("h5py").File(path) as file:
            config = json.loads(file.attrs["model_config"])
    return set(_class_names(config))


def _class_names(config: Any) -> list[str]:
    if isinstance(config, dict):
        own = [str(config["class_name"])] if "class_name" in config else []
        return own + [name for value in config.values() for name in _class_names(value)]
    return [name for value in config for name in _class_names(value)] if isinstance(config, list) else []
