"""What a backbone knows before it is trained: ImageNet, a file, or nothing."""

import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras

from domain.errors import ModelError, ModelUnavailable
from inference.training.recipe_book import Pictures

IMAGENET, RANDOM = "imagenet", "random"
#: The backbone that is no network of Keras Applications, and its channels layer by layer.
TRIAL, TRIAL_CHANNELS = "Trial", (16, 32, 64)


@dataclass(frozen=True, slots=True)
class Start:
    """The weights that a backbone starts from: `imagenet`, `random`, or a file without the top."""

    weights: str

    @property
    def is_random(self) -> bool:
        """Whether it knows nothing yet."""
        return self.weights == RANDOM

    @property
    def licence(self) -> str:
        """Under what terms weights trained from it may be passed on, in words for a manifest."""
        words = {IMAGENET: "from ImageNet weights of Keras Applications", RANDOM: "from random weights"}
        return words.get(self.weights, "from weights that somebody brought")


def build_backbone(recipe: Pictures, start: Start) -> Any:
    """Return the recipe's backbone of Keras Applications, average pooled, without its top.

    Raises:
        ModelUnavailable: the ImageNet weights cannot be downloaded; says which file is needed, and what else goes.
        ModelError: the file is not of this backbone.
    """
    if start.weights == IMAGENET:
        if recipe.backbone == TRIAL:
            raise ModelUnavailable("nobody has trained the backbone Trial on ImageNet: --weights random")
        return _download(recipe)
    backbone = _build(recipe, None)
    if not start.is_random:
        _read_weights(backbone, Path(start.weights), recipe)
    return backbone


def _build(recipe: Pictures, weights: str | None) -> Any:
    shape = (recipe.side_px, recipe.side_px, 3)
    if recipe.backbone == TRIAL:
        return _build_trial(shape)
    build = getattr(keras.applications, recipe.backbone)
    return build(include_top=False, weights=weights, input_shape=shape, pooling="avg")


def _build_trial(shape: tuple[int, int, int]) -> Any:
    image = keras.Input(shape)
    features = image
    for channels in TRIAL_CHANNELS:
        features = keras.layers.Conv2D(channels, 3, strides=2, padding="same", use_bias=False)(features)
        features = keras.layers.BatchNormalization()(features)
        features = keras.layers.Activation("relu")(features)
    return keras.Model(image, keras.layers.GlobalAveragePooling2D()(features))


def _download(recipe: Pictures) -> Any:
    try:
        return _build(recipe, IMAGENET)
    except Exception as error:  # Keras raises a bare Exception where a download fails
        explained = explain_download(recipe.backbone, str(error))
        if explained is None:
            raise
        raise explained from error


def explain_download(backbone: str, message: str) -> ModelUnavailable | None:
    """Return what to tell a person where Keras failed to fetch a file; None where that was not what failed."""
    found = re.search(r"(https?://\S+/)(\S+?\.h5)", message)
    if found is None:
        return None
    return ModelUnavailable(
        f"the ImageNet weights of {backbone} cannot be downloaded here. Fetch {found[2]} from {found[1]} on a machine "
        f"that can, and pass it as --weights FILE; or begin with nothing: --weights random"
    )


def _read_weights(backbone: Any, path: Path, recipe: Pictures) -> None:
    try:
        if path.suffix == ".keras":
            backbone.set_weights(keras.saving.load_model(path, compile=False, safe_mode=True).get_weights())
        else:
            with warnings.catch_warnings():
                # Keras warns where a layer finds nothing in the file, and leaves it as it was.
                warnings.filterwarnings("error", message="Skipping", category=UserWarning)
                backbone.load_weights(path)
    except (ValueError, OSError, KeyError, UserWarning) as error:
        raise ModelError(
            f"{path.name} does not hold the weights of {recipe.backbone} without its top: .h5 or .keras as Keras "
            f"Applications saves them"
        ) from error
