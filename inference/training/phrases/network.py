"""The phrase model in Keras: an encoder, a decoder that attends to it, and the same layers as single steps to serve."""

from dataclasses import dataclass
from typing import Any

import keras

from inference.training.phrases.recipe import PhrasesRecipe


@dataclass(frozen=True, slots=True)
class Layers:
    """The layers that both forms of the network share."""

    source: Any
    encoder: Any
    target: Any
    decoder: Any
    attention: Any
    blend: Any
    dropout: Any
    vocabulary: Any


def build_layers(recipe: PhrasesRecipe, source_size: int, target_size: int) -> Layers:
    """Return new layers; their weights follow from the recipe's seed where Keras was seeded with it."""
    layers = keras.layers
    return Layers(
        source=layers.Embedding(source_size, recipe.embedding, mask_zero=True, name="source"),
        encoder=layers.LSTM(recipe.units, return_sequences=True, return_state=True, name="encoder"),
        target=layers.Embedding(target_size, recipe.embedding, name="target"),
        decoder=layers.LSTM(recipe.units, return_sequences=True, name="decoder"),
        attention=layers.Attention(name="attention"),
        blend=layers.Dense(recipe.units, activation="tanh", name="blend"),
        dropout=layers.Dropout(recipe.dropout, seed=recipe.seed, name="dropout"),
        vocabulary=layers.Dense(target_size, name="vocabulary"),
    )


def build_training(layers: Layers) -> Any:
    """Return the network that learns: (N, S) source and (N, T) target tokens to (N, T, V) logits of the next ones."""
    told = keras.Input((None,), dtype="int32", name="told")
    said = keras.Input((None,), dtype="int32", name="said")
    memory, hidden, carry = layers.encoder(layers.source(told))
    states = layers.decoder(layers.target(said), initial_state=[hidden, carry])
    context = layers.attention([states, memory])
    return keras.Model([told, said], layers.vocabulary(layers.dropout(_blend(layers, states, context))))


def build_encoder_step(layers: Layers, units: int) -> Any:
    """Return one step of the encoder: token (N,), hidden and carry (N, units) to the next two."""
    token, hidden, carry = _state_inputs(units)
    _, (next_hidden, next_carry) = layers.encoder.cell(layers.source(token), [hidden, carry])
    return keras.Model([token, hidden, carry], [next_hidden, next_carry])


def build_decoder_step(layers: Layers, units: int) -> Any:
    """Return one step of the decoder: as the encoder's, with a memory (N, S, units), and logits (N, V) besides."""
    token, hidden, carry = _state_inputs(units)
    memory = keras.Input((None, units), name="memory")
    _, (next_hidden, next_carry) = layers.decoder.cell(layers.target(token), [hidden, carry])
    state = keras.ops.expand_dims(next_hidden, 1)
    blended = _blend(layers, state, layers.attention([state, memory]))
    logits = layers.vocabulary(keras.ops.squeeze(blended, 1))
    return keras.Model([token, hidden, carry, memory], [next_hidden, next_carry, logits])


def _blend(layers: Layers, states: Any, context: Any) -> Any:
    return layers.blend(keras.ops.concatenate([states, context], axis=-1))


def _state_inputs(units: int) -> tuple[Any, Any, Any]:
    token = keras.Input((), dtype="int32", name="token")
    return token, keras.Input((units,), name="hidden"), keras.Input((units,), name="carry")
