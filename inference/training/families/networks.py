"""A recipe's network: a backbone of Keras Applications, the head that the recipe names, one output with a name."""

from collections.abc import Iterable
from typing import Any

import keras

from inference.training.families.parts import Part
from inference.training.families.starts import Start, build_backbone
from inference.training.recipe_book import Block, KerasRecipe, Loss, Pictures, Stage

INPUT = "image"
#: The backbone's name within a network, whichever it is.
BACKBONE = "backbone"
#: Share of the old statistics that batch norm keeps at each step.
NORM_MOMENTUM = 0.9


def build_network(recipe: KerasRecipe, part: Part, start: Start) -> Any:
    """Return the network of one part; its input is what `recipe.contract` says, its output `part.output`.

    In mixed precision the last layer is in float32, or probabilities near 0 and 1 would be rounded to them.
    """
    keras.utils.set_random_seed(recipe.seed)
    keras.config.set_dtype_policy(recipe.precision)
    try:
        backbone = build_backbone(recipe, start)
        backbone.name = BACKBONE
        image = keras.Input(recipe.contract.shape[1:], name=INPUT)
        features = add_head(backbone(image), recipe.head)
        activation = "softmax" if part.exclusive else "sigmoid"
        last = keras.layers.Dense(len(part.classes), activation=activation, dtype="float32", name=part.output)
        return _without_xla(_follow_quickly(keras.Model(image, last(features), name=recipe.backbone.lower())))
    finally:
        keras.config.set_dtype_policy("float32")


def add_head(features: Any, blocks: Iterable[Block]) -> Any:
    """Return the features after the dense blocks of a head: dense, batch norm, rectifier, dropout."""
    for block in blocks:
        for _ in range(block.repeat):
            features = keras.layers.Dense(block.units, use_bias=not block.batch_norm)(features)
            if block.batch_norm:
                features = keras.layers.BatchNormalization()(features)
            features = keras.layers.Activation("relu")(features)
            if block.dropout:
                features = keras.layers.Dropout(block.dropout)(features)
    return features


def in_float32(network: Any, recipe: KerasRecipe, part: Part) -> Any:
    """Return the same network with the same weights, computed in float32 throughout: what is saved and exported."""
    plain = build_network(recipe.model_copy(update={"precision": "float32"}), part, Start("random"))
    plain.set_weights(network.get_weights())
    return plain


def prepare(network: Any, recipe: KerasRecipe, part: Part, stage: Stage, *, is_random: bool) -> None:
    """Choose the layers that learn in a stage, and compile.

    Batch norm of a backbone that comes trained keeps its statistics: a radiograph batch of 16 would shake them.
    """
    backbone = network.get_layer(BACKBONE)
    backbone.trainable = True
    if not is_random:
        first = len(backbone.layers) if stage.train_from == "head" else stage.train_from
        learning = set(range(len(backbone.layers))[first:])
        for index, layer in enumerate(backbone.layers):
            layer.trainable = index in learning and not isinstance(layer, keras.layers.BatchNormalization)
    network.compile(
        optimizer=_OPTIMISERS[recipe.optimiser](stage.rate),
        loss=_build_loss(stage.loss, part),
        weighted_metrics=[],
        jit_compile=False,
    )


_OPTIMISERS = {
    "adam": keras.optimizers.Adam,
    "sgd": lambda rate: keras.optimizers.SGD(rate, momentum=0.9),
}


def _build_loss(loss: Loss, part: Part) -> Any:
    if loss.kind == "cross-entropy":
        return keras.losses.CategoricalCrossentropy() if part.exclusive else keras.losses.BinaryCrossentropy()
    if part.exclusive:
        return keras.losses.CategoricalFocalCrossentropy(alpha=loss.alpha, gamma=loss.gamma)
    return keras.losses.BinaryFocalCrossentropy(apply_class_balancing=True, alpha=loss.alpha, gamma=loss.gamma)


def build_features(recipe: Pictures, start: Start, precision: str = "float32") -> Any:
    """Return the backbone alone, from the contract's input to its average-pooled features (N, features)."""
    keras.utils.set_random_seed(recipe.seed)
    keras.config.set_dtype_policy(precision)
    try:
        backbone = build_backbone(recipe, start)
        backbone.name = BACKBONE
        image = keras.Input(recipe.contract.shape[1:], name=INPUT)
        features = keras.layers.Activation("linear", dtype="float32", name="features")
        return _without_xla(keras.Model(image, features(backbone(image))))
    finally:
        keras.config.set_dtype_policy("float32")


def _without_xla(network: Any) -> Any:
    """Keep XLA out of it: on a processor it compiles for minutes and then gains nothing."""
    network.jit_compile = False
    return network


def _follow_quickly(network: Any) -> Any:
    """Let batch norm that learns follow its batches: Keras' 0.99 still remembers its start after a short training."""
    for layer in (*network.layers, *network.get_layer(BACKBONE).layers):
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = NORM_MOMENTUM
    return network
