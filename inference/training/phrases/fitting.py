"""The training of a phrase model, from wherever an earlier run was stopped."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras

from inference.training.families.pixels import ShowProgress
from inference.training.families.progress import (
    Keeper,
    Narrator,
    Report,
    State,
    best_weights,
    read_state,
    state_file,
    write_state,
)
from inference.training.phrases.batches import TokenBatches
from inference.training.phrases.material import Material
from inference.training.phrases.network import Layers, build_layers, build_training
from inference.training.phrases.phrasings import Phrasings
from inference.training.phrases.recipe import PhrasesRecipe

PART = "phrases"
#: The share of the first rate that the last epoch learns at.
LAST_RATE = 0.05


def digest_run(recipe: PhrasesRecipe, phrasings: Phrasings) -> str:
    """Return the digest of all that decides what a run makes."""
    content = json.dumps([recipe.model_dump(mode="json"), phrasings.model_dump(mode="json")], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def fit_phrases(
    recipe: PhrasesRecipe, material: Material, run: str, folder: Path, show: ShowProgress, report: Report
) -> tuple[Any, Layers, State]:
    """Return the trained network with its layers, and how it came about: the epoch of the lowest validation loss."""
    keras.utils.set_random_seed(recipe.seed)
    layers = build_layers(recipe, len(material.source), len(material.target))
    network = build_training(layers)
    state = read_state(state_file(folder, PART), run)
    weights = folder / f"{PART}.weights.h5"
    if state.finished:
        report(f"{PART}: trained before")
    else:
        state = _run_epochs(recipe, network, material, state, folder, show, report)
        network.load_weights(best_weights(folder, PART, 0))
        network.save_weights(weights)
        state = replace(state, finished=True)
        write_state(state_file(folder, PART), state)
        (folder / state.checkpoint).unlink(missing_ok=True)
        best_weights(folder, PART, 0).unlink(missing_ok=True)
    network.load_weights(weights)
    return network, layers, state


def _run_epochs(
    recipe: PhrasesRecipe,
    network: Any,
    material: Material,
    state: State,
    folder: Path,
    show: ShowProgress,
    report: Report,
) -> State:
    learning = network
    if state.checkpoint:
        learning = keras.saving.load_model(folder / state.checkpoint)
        report(f"{PART}: goes on after epoch {state.epochs}")
    else:
        learning.compile(optimizer=_optimiser(recipe, material), loss=_loss(), jit_compile=False)
    training = TokenBatches(material.training, material, recipe, epoch=state.epochs, shuffled=True)
    validation = TokenBatches(material.validation, material, recipe, epoch=0, shuffled=False)
    keeper = Keeper(folder, PART, state)
    told = keras.callbacks.CallbackList(
        [Narrator(PART, recipe.epochs, len(training), show, report), keeper], model=learning
    )
    told.on_train_begin()
    for epoch in range(state.epochs, recipe.epochs):
        told.on_epoch_begin(epoch)
        learned = _learn(learning, training, told)
        told.on_epoch_end(epoch, learned | {"val_loss": judge(learning, validation)})
    told.on_train_end()
    return keeper.state


def _learn(network: Any, batches: TokenBatches, told: Any) -> dict[str, float]:
    """Return the mean loss of an epoch. Keras' own loop would take every batch to be as wide as the first two."""
    loss = _over_tokens(network, network.train_on_batch, batches, told.on_train_batch_end)
    batches.on_epoch_end()
    return {"loss": loss}


def judge(network: Any, batches: TokenBatches) -> float:
    """Return the mean negative log-likelihood of a token, in nats."""
    return _over_tokens(network, network.test_on_batch, batches, lambda _index: None)


def _over_tokens(network: Any, work: Callable[..., Any], batches: TokenBatches, done: Callable[[int], object]) -> float:
    """Return the mean loss over all tokens, whatever batch they are in."""
    total = tokens = 0.0
    for index in range(len(batches)):
        told, following, weights = batches[index]
        network.reset_metrics()  # or the loss would be that of all batches so far
        total += float(work(told, following, sample_weight=weights)) * float(weights.sum())
        tokens += float(weights.sum())
        done(index)
    return total / tokens


def _optimiser(recipe: PhrasesRecipe, material: Material) -> Any:
    steps = recipe.epochs * -(-len(material.training) // recipe.batch)
    rate = keras.optimizers.schedules.CosineDecay(recipe.rate, steps, alpha=LAST_RATE)
    return keras.optimizers.Adam(rate, clipnorm=1.0)


def _loss() -> Any:
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="mean_with_sample_weight")
