"""Boosted trees of LightGBM over the features of a network: text as data, or a pickle that somebody trusts."""

import pickle
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import openvino

from domain.errors import ModelError
from inference.backends import Tensor
from inference.backends.frameworks import load_framework
from inference.backends.lightgbm import FEATURES, load_booster, score_features
from inference.importing.graph import name_outputs, require_one_input, write_graph
from inference.importing.outputs import Head, RawOutput, describe
from inference.importing.questions import Found
from inference.importing.source import Source
from inference.zoo.manifest import BackendName

_AS_TEXT = "model.booster_.save_model('model.txt') where it was trained, and import that .txt with --backbone"


class LightGbmSource:
    """A booster and the network whose features it takes.

    Args:
        path: the text of the booster, or a pickle of it or of its scikit-learn wrapper.
        backbone: the network, with one output (N, features).
        is_trusted: whether a pickle may run its code.

    Raises:
        ModelError: it is no booster, or a pickle that nobody trusts, or does not fit the network.
        ModelUnavailable: LightGBM is not installed.
    """

    backends: tuple[BackendName, ...] = ("lightgbm",)

    def __init__(self, path: Path, backbone: Source, *, is_trusted: bool = False) -> None:
        self._lightgbm = load_framework("lightgbm")
        self._backbone = backbone
        self._booster, labels = _load(path, is_trusted)
        self._features = _one_output(backbone.found.outputs)
        wanted = self._booster.num_feature()
        if self._features.shape[1] not in (wanted, None):
            raise ModelError(f"its trees want {wanted} features, the network gives {describe([self._features])}")
        self.framework = f"LightGBM {self._lightgbm.__version__} over {backbone.framework}"
        self.found = self._look(labels)

    def predict(self, batch: Tensor) -> Mapping[str, Tensor]:
        """Return the probabilities of the trees on the features as the network's own framework computes them."""
        features = self._backbone.predict(batch)[self._features.name]
        return {"trees": score_features(self._booster, features, threads=1)}

    def convert(self, side_px: int | None = None) -> openvino.Model:
        """Raise ModelError: trees are no graph."""
        raise ModelError("trees are served by LightGBM itself: leave --backend out")

    def write_native(self, stem: Path, heads: Sequence[Head]) -> tuple[Path, ...]:
        """Write the graph of the network and the text of the trees."""
        if any(head.steps for head in heads):
            raise ModelError("label 1 of the trees must be the fracture: --classes normal,fracture")
        graph = self._backbone.convert()
        require_one_input(graph, subject=stem.name)
        if len(graph.outputs) != 1:
            raise ModelError(f"the network's graph has {len(graph.outputs)} outputs, where its features are one")
        graph.inputs[0].get_tensor().set_names({"image"})
        port = graph.outputs[0].get_node().input_value(0)
        text = stem.with_name(f"{stem.name}.txt")
        text.write_text(self._booster.model_to_string())
        return (*write_graph(name_outputs(graph, {FEATURES: port}), stem, float16=False), text)

    def _look(self, labels: tuple[str, ...]) -> Found:
        number = self._booster.num_model_per_iteration()
        shape, ending = ((None, 1), "sigmoid") if number == 1 else ((None, number), "softmax")
        outputs = (RawOutput("trees", shape, ending),)  # type: ignore[arg-type]
        values = {key: said for key, said in self._backbone.found.values.items() if key not in ("task", "classes")}
        names = {"classes": ",".join(labels)} if number > 1 and labels else {}
        kind = f"LightGBM, {self._booster.num_trees()} trees over {self._backbone.found.kind}"
        return replace(self._backbone.found, kind=kind, outputs=outputs, values=values | names)


def require_trust(path: Path, is_trusted: bool) -> None:
    """Raise ModelError for a pickle that nobody trusts."""
    if path.suffix.lower() != ".txt" and not is_trusted:
        raise ModelError(
            f"a pickle is a program: reading it runs it. Better: {_AS_TEXT}. Or --allow-pickle, if you trust whoever "
            "made it as you would trust their program",
            subject=path.name,
        )


def _one_output(outputs: Sequence[RawOutput]) -> RawOutput:
    if len(outputs) != 1 or len(outputs[0].shape) != 2:
        raise ModelError(f"the network has one output (N, features), this one has {describe(outputs)}")
    return outputs[0]


def _load(path: Path, is_trusted: bool) -> tuple[Any, tuple[str, ...]]:
    """Return the booster, and its labels where they are words."""
    if path.suffix.lower() == ".txt":
        return load_booster(path.read_text(encoding="utf-8", errors="replace"), subject=path.name), ()
    require_trust(path, is_trusted)
    return _unwrap(_unpickle(path))


def _unpickle(path: Path) -> Any:
    try:
        return load_framework("joblib").load(path)
    except (pickle.UnpicklingError, EOFError, AttributeError, ImportError, ValueError, KeyError, OSError) as error:
        raise ModelError(f"it cannot be unpickled here ({type(error).__name__}): {_AS_TEXT}") from error


def _unwrap(model: Any) -> tuple[Any, tuple[str, ...]]:
    lightgbm = load_framework("lightgbm")
    if isinstance(model, lightgbm.Booster):
        return model, ()
    booster = getattr(model, "booster_", None)
    if not isinstance(booster, lightgbm.Booster):
        raise ModelError(f"it holds {type(model).__name__}; of pickles, only boosters of LightGBM can be served")
    labels = [each for each in getattr(model, "classes_", ()) if isinstance(each, str)]
    return booster, tuple(labels)
