"""From a recipe to a phrase model that serves: generate, train, export, ask it as serving does."""

import importlib.metadata
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import JsonValue

from inference.phrases.manifest import BEGIN, MANIFEST, PhraseManifest
from inference.phrases.writer import LstmWriter
from inference.training.estimate import Estimate
from inference.training.families.pixels import ShowProgress
from inference.training.families.plots import draw_curves
from inference.training.families.progress import Report
from inference.training.phrases.batches import TokenBatches
from inference.training.phrases.export import export_steps, require_parity
from inference.training.phrases.fitting import PART, digest_run, fit_phrases
from inference.training.phrases.material import Example, Material, make_material
from inference.training.phrases.measures import (
    Acceptance,
    Refuse,
    measure_acceptance,
    measure_perplexity,
    measure_surprise,
)
from inference.training.phrases.phrasings import load_phrasings
from inference.training.phrases.recipe import PhrasesRecipe

#: Longest time for one proposal while it is judged: this is no measurement of time.
SECONDS = 600.0
#: Wordings that the exported steps are compared on with the network.
PARITY_WORDINGS = 8
LIBRARIES = ("keras", "tensorflow-cpu", "openvino")
DATA = "report text generated from drawn findings (inference/training/phrases); nobody's reports"
LICENCE = "Apache-2.0; trained from random weights on text of this project alone"


@dataclass(frozen=True, slots=True)
class PhrasesOutcome:
    """What a run found out, on findings that it did not learn from."""

    perplexity: Estimate
    generator_perplexity: float
    acceptance: Acceptance
    test_studies: int


def train_phrases(
    recipe: PhrasesRecipe, folder: Path, refuse: Refuse, show: ShowProgress, report: Report
) -> PhrasesOutcome:
    """Train, export and judge a phrase model; a second call goes on where the first one ended.

    Args:
        folder: for everything that the run writes; afterwards it is what reporting.phrase_model may name.
        refuse: the checker that proposals have to pass in serving.

    Raises:
        ModelError: the folder holds another run, or the exported graphs do not agree with the network.
    """
    folder.mkdir(parents=True, exist_ok=True)
    phrasings = load_phrasings()
    material = make_material(recipe, phrasings)
    sizes = {name: len(getattr(material, name)) for name in ("training", "validation", "test")}
    report(f"{recipe.name}: {', '.join(f'{size} studies for {name}' for name, size in sizes.items())}")
    network, layers, state = fit_phrases(recipe, material, digest_run(recipe, phrasings), folder, show, report)
    hashes = export_steps(layers, recipe.units, folder)
    examples = [example for example in material.test if set(example.plan.source) <= set(material.source)]
    parity = max(
        require_parity(network, folder, *_number(example, material), recipe.units)
        for example in examples[:PARITY_WORDINGS]
    )
    _write_manifest(folder, recipe, material, hashes, {})
    outcome = _judge(recipe, network, LstmWriter.of_folder(folder, SECONDS), examples, material, refuse)
    facts: dict[str, JsonValue] = {"split": dict(sizes), "parity": round(parity, 7)}
    _write_metrics(folder, recipe, outcome, facts, state.history)
    _write_manifest(folder, recipe, material, hashes, summarise(outcome))
    draw_curves(folder / "curves.png", {PART: state.history})
    return outcome


def summarise(outcome: PhrasesOutcome) -> dict[str, JsonValue]:
    """Return the numbers of a run as its manifest has them."""
    return {
        "test_studies": outcome.test_studies,
        "perplexity": dict(outcome.perplexity.as_json()),
        "generator_perplexity": round(outcome.generator_perplexity, 4),
        "accepted": dict(outcome.acceptance.share.as_json()),
    }


def _judge(
    recipe: PhrasesRecipe,
    network: Any,
    writer: LstmWriter,
    examples: Sequence[Example],
    material: Material,
    refuse: Refuse,
) -> PhrasesOutcome:
    nats, tokens = measure_surprise(network, TokenBatches(examples, material, recipe, epoch=0, shuffled=False))
    chosen = -sum(example.wording.log_probability for example in examples)
    return PhrasesOutcome(
        perplexity=measure_perplexity(nats, tokens),
        generator_perplexity=float(np.exp(chosen / tokens.sum())),
        acceptance=measure_acceptance(writer, examples, refuse),
        test_studies=len(examples),
    )


def _number(example: Example, material: Material) -> tuple[list[int], list[int]]:
    """Return the tokens for the encoder, and those of the wording with its beginning and without its end."""
    said = (BEGIN, *example.wording.tokens)
    return [material.source.index(token) for token in example.plan.source], [material.target.index(t) for t in said]


def _write_manifest(
    folder: Path, recipe: PhrasesRecipe, material: Material, hashes: Mapping[str, str], metrics: dict[str, JsonValue]
) -> None:
    longest = max(len(example.wording.tokens) for example in material.training)
    manifest = PhraseManifest(
        schema=1,
        name=recipe.name,
        version=recipe.version,
        language="en",
        files=dict(hashes),
        source=material.source,
        target=material.target,
        units=recipe.units,
        longest=longest + 1,
        data=DATA,
        licence=LICENCE,
        metrics=metrics,
    )
    (folder / MANIFEST).write_text(manifest.model_dump_json(by_alias=True, indent=1) + "\n", encoding="utf-8")


def _write_metrics(
    folder: Path, recipe: PhrasesRecipe, outcome: PhrasesOutcome, facts: Mapping[str, JsonValue], history: Sequence[Any]
) -> None:
    content = {
        "recipe": recipe.name,
        "about": recipe.about,
        **facts,
        "intervals": "95 % percentile bootstrap over studies, 2000 draws (Wilson's where all are alike)",
        **summarise(outcome),
        "rejections": outcome.acceptance.reasons,
        "rejected": [list(each) for each in outcome.acceptance.rejected],
        "epochs": list(history),
        "seconds": round(sum(epoch["seconds"] for epoch in history), 1),
        "libraries": {name: importlib.metadata.version(name) for name in LIBRARIES},
        "settings": recipe.model_dump(mode="json"),
    }
    (folder / "metrics.json").write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
