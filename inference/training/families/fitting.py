"""The training of one part: its stages in order, from wherever an earlier run was stopped."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np

from inference.training.families.batches import Batches, Examples, balance, draw_all, draw_balanced
from inference.training.families.networks import build_network, in_float32, prepare
from inference.training.families.parts import Part
from inference.training.families.pixels import ShowProgress
from inference.training.families.progress import (
    Keeper,
    Narrator,
    Rejoin,
    Report,
    State,
    best_weights,
    read_state,
    state_file,
    write_state,
)
from inference.training.families.starts import Start
from inference.training.recipe_book import KerasRecipe, Stage


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where a run writes, whom it tells, and the digest that says which run it is."""

    folder: Path
    run: str
    show: ShowProgress
    report: Report


def fit_part(
    recipe: KerasRecipe, part: Part, training: Examples, validation: Examples, start: Start, place: Workplace
) -> tuple[Any, State]:
    """Return the trained network of a part in float32, also written as `<part>.keras`, and how it came about.

    What counts is the epoch with the lowest validation loss of the last stage.
    """
    state = read_state(state_file(place.folder, part.name), place.run)
    finished = place.folder / f"{part.name}.keras"
    if state.finished:
        place.report(f"{part.name}: trained before")
        return keras.saving.load_model(finished, compile=False), state
    network = build_network(recipe, part, start) if not state.checkpoint else None
    for index in range(state.stage, len(recipe.stages)):
        state = state if index == state.stage else replace(state, stage=index, epochs=0, best=None)
        network, state = _fit_stage(recipe, part, network, (training, validation), state, start, place)
    plain = in_float32(network, recipe, part)
    plain.save(finished)
    state = replace(state, finished=True)
    write_state(state_file(place.folder, part.name), state)
    (place.folder / state.checkpoint).unlink(missing_ok=True)
    for index in range(len(recipe.stages)):
        best_weights(place.folder, part.name, index).unlink(missing_ok=True)
    return plain, state


def _fit_stage(
    recipe: KerasRecipe,
    part: Part,
    network: Any,
    examples: tuple[Examples, Examples],
    state: State,
    start: Start,
    place: Workplace,
) -> tuple[Any, State]:
    stage = recipe.stages[state.stage]
    if network is None:
        network = keras.saving.load_model(place.folder / state.checkpoint)
        network.jit_compile = False
        place.report(f"{part.name}: goes on after epoch {state.epochs} of stage {state.stage + 1}")
    else:
        prepare(network, recipe, part, stage, is_random=start.is_random)
    if state.epochs < stage.epochs and not _was_stopped(recipe, state):
        state = _run_epochs(recipe, part, network, examples, state, place)
    network.load_weights(best_weights(place.folder, part.name, state.stage))
    return network, state


def _run_epochs(
    recipe: KerasRecipe, part: Part, network: Any, examples: tuple[Examples, Examples], state: State, place: Workplace
) -> State:
    stage, (training, validation) = recipe.stages[state.stage], examples
    evenly = recipe.draw == "balanced"  # and then needs no weights
    weights = np.ones(len(training), dtype=np.float32) if evenly else _weigh(training, recipe, part)
    choose = draw_balanced if evenly else draw_all
    most = recipe.images_per_epoch
    batches = Batches(training, recipe, weights, epoch=_epochs_before(recipe, state), choose=choose, most=most)
    judged = Batches(validation, recipe, _weigh(validation, recipe, part), flips=False) if len(validation) else None
    keeper = Keeper(place.folder, part.name, state)
    steering = _steer(recipe) if judged is not None else []
    title = f"{part.name}, stage {state.stage + 1} of {len(recipe.stages)}"
    network.fit(
        batches,
        validation_data=judged,
        initial_epoch=state.epochs,
        epochs=stage.epochs,
        shuffle=False,
        verbose=0,
        callbacks=[
            *steering,
            Rejoin(steering, state.of_stage()),
            Narrator(title, stage.epochs, len(batches), place.show, place.report),
            keeper,
        ],
    )
    return keeper.state


def _steer(recipe: KerasRecipe) -> list[Any]:
    callbacks: list[Any] = []
    if recipe.plateau is not None:
        plateau = recipe.plateau
        callbacks.append(
            keras.callbacks.ReduceLROnPlateau(
                factor=plateau.factor, patience=plateau.patience, min_lr=plateau.lowest_rate
            )
        )
    if recipe.early_stopping:
        callbacks.append(keras.callbacks.EarlyStopping(patience=recipe.early_stopping))
    return callbacks


def _was_stopped(recipe: KerasRecipe, state: State) -> bool:
    """Whether the early stopping had ended the stage when the run was killed."""
    losses = [epoch["val_loss"] for epoch in state.of_stage() if "val_loss" in epoch]
    return bool(recipe.early_stopping and losses) and len(losses) - 1 - int(np.argmin(losses)) >= recipe.early_stopping


def _epochs_before(recipe: KerasRecipe, state: State) -> int:
    earlier: Sequence[Stage] = recipe.stages[: state.stage]
    return sum(stage.epochs for stage in earlier) + state.epochs


def _weigh(examples: Examples, recipe: KerasRecipe, part: Part) -> Any:
    if recipe.balanced:
        return balance(examples.labels, exclusive=part.exclusive)
    return np.ones(len(examples), dtype=np.float32)
