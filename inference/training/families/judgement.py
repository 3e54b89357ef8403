"""How good the parts of a family are on the images that are reported on, and all of them together."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import JsonValue

from inference.training.families.batches import Numbers
from inference.training.families.hierarchy import Answers, answer, score_answers, score_refusal
from inference.training.families.material import Material
from inference.training.families.parts import Part
from inference.training.families.progress import Epoch
from inference.training.families.scores import Table, score_binary, score_exclusive, score_labels
from inference.training.recipe_book import KerasRecipe, Pictures
from inference.zoo.manifest import ABNORMAL


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """One trained part with all that it says: probabilities (images, classes) of every image of the material."""

    part: Part
    network: Any
    said: Numbers
    history: tuple[Epoch, ...]


def score_part(recipe: Pictures, trained: Trained, material: Material) -> dict[str, Table]:
    """Return the tables of one part on the test images that have a label for it; none where there is no such image."""
    part, examples = trained.part, material.examples(material.test, trained.part)
    if not len(examples):
        return {}
    said = trained.said[examples.positions].astype(np.float64)
    if part.exclusive:
        return {part.name: score_exclusive(examples.labels.argmax(axis=1), said, part.classes)}
    truth = examples.labels > 0.5
    if part.task == "multilabel":
        return {f"{part.name} at {cut:g}": score_labels(truth, said, cut, part.classes) for cut in recipe.thresholds}
    return {part.name: score_binary(truth[:, 0], said[:, 0], recipe.thresholds[0], ("normal", ABNORMAL))}


def score_hierarchy(
    recipe: KerasRecipe, trained: list[Trained], material: Material
) -> tuple[dict[str, Table], dict[str, JsonValue]]:
    """Return the tables of a region model and its specialists from end to end, on every labelled test image."""
    images = material.images(material.test)
    chosen = [index for index, image in enumerate(images) if image.abnormal is not None]
    positions = np.array(chosen, dtype=np.int64) + material.test.start
    truth = np.array([bool(images[index].abnormal) for index in chosen])
    if not len(positions):
        return {}, {}
    region, *specialists = trained
    said = answer(region.said[positions], {index: each.said[positions] for index, each in enumerate(specialists)})
    tables = {"end to end": score_answers(truth, said, recipe.thresholds[0])}
    if recipe.refuse_below is None:
        return tables, {}
    return _with_refusal(recipe.refuse_below, recipe.thresholds[0], truth, said, tables)


def _with_refusal(
    refuse_below: float, threshold: float, truth: np.ndarray, said: Answers, tables: dict[str, Table]
) -> tuple[dict[str, Table], dict[str, JsonValue]]:
    coverage, answered = score_refusal(truth, said, threshold, refuse_below)
    more: dict[str, JsonValue] = {"refusal": {"below": refuse_below, "coverage": dict(coverage.as_json())}}
    return {**tables, **({"end to end, answered": answered} if answered else {})}, more
