"""Boosted trees of LightGBM over the features of a network: the network in OpenVINO, the trees from their text format.

The text format is data. A pickled booster is executable and is never read here.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from domain.errors import ModelError
from inference.backends import Tensor
from inference.backends.frameworks import load_framework
from inference.backends.openvino import OpenVinoBackend, OpenVinoSession
from inference.zoo import VerifiedModel

#: The one output of the network.
FEATURES = "features"


class LightGbmSession:
    """A network and its booster."""

    def __init__(self, network: OpenVinoSession, booster: Any, output: str, threads: int, name: str) -> None:
        self._network = network
        self._booster = booster
        self._output = output
        self._threads = threads
        self._name = name

    def run(self, batch: Tensor, timeout_seconds: float) -> Mapping[str, Tensor]:
        """Return the one output, (N, 1) or (N, classes) probabilities (see `Session.run`)."""
        features = self._network.run(batch, timeout_seconds)[FEATURES]
        if features.shape[1:] != (self._booster.num_feature(),):
            raise ModelError(
                f"the trees want {self._booster.num_feature()} features, the network gives {features.shape[1:]}",
                subject=self._name,
            )
        return {self._output: score_features(self._booster, features, self._threads)}


class LightGbmBackend:
    """Loads an IR graph and a booster's text.

    Args:
        threads: of the network and of the trees.

    Raises:
        ModelUnavailable: LightGBM is not installed.
    """

    def __init__(self, threads: int) -> None:
        load_framework("lightgbm")
        self._openvino = OpenVinoBackend(threads)
        self._threads = threads

    def compile(self, model: VerifiedModel) -> LightGbmSession:
        """Load a model; raises ModelError (see `Backend.compile`)."""
        if len(model.output_names) != 1:
            raise ModelError("trees have one output", subject=model.name)
        network = self._openvino.compile_outputs(model, (FEATURES,))
        booster = load_booster(model.content("txt").decode("utf-8", "replace"), subject=model.name)
        return LightGbmSession(network, booster, model.output_names[0], self._threads, model.name)


def load_booster(text: str, *, subject: str) -> Any:
    """Return a booster from its text; raises ModelError where it is none."""
    lightgbm = load_framework("lightgbm")
    try:
        return lightgbm.Booster(model_str=text)
    except lightgbm.basic.LightGBMError as error:
        raise ModelError("LightGBM cannot read the text of the trees", subject=subject) from error


def score_features(booster: Any, features: Tensor, threads: int) -> Tensor:
    """Return the probabilities (N, 1), of the label 1, or (N, classes), of features (N, F)."""
    scores = np.asarray(booster.predict(features.astype(np.float64), num_threads=threads), dtype=np.float32)
    return scores[:, None] if scores.ndim == 1 else scores
