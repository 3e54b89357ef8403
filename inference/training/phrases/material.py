"""Pairs of findings and wordings to learn from, and findings that no wording of was ever learnt."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from domain.impression import StudyFacts
from inference.phrases.manifest import BEGIN, END, PAD
from inference.phrases.plan import Plan, plan_impression
from inference.training.phrases.generator import Generated, generate
from inference.training.phrases.phrasings import Phrasings
from inference.training.phrases.recipe import PhrasesRecipe
from inference.training.phrases.sampling import draw_facts


@dataclass(frozen=True, slots=True)
class Example:
    """One study, what the model is told of it, and one way to word that."""

    facts: StudyFacts
    plan: Plan
    wording: Generated


@dataclass(frozen=True, slots=True)
class Material:
    """All examples, divided by what the model is told: no plan of one part is in another.

    Attributes:
        source, target: the vocabularies, of the training examples alone; the position of a token is its number.
    """

    training: tuple[Example, ...]
    validation: tuple[Example, ...]
    test: tuple[Example, ...]
    source: tuple[str, ...]
    target: tuple[str, ...]


def make_material(recipe: PhrasesRecipe, phrasings: Phrasings) -> Material:
    """Return what a recipe trains on; the same recipe and phrasings give the same."""
    examples = [each for number in range(recipe.studies) if (each := _make(recipe.seed, number, phrasings))]
    parts: dict[str, list[Example]] = {"training": [], "validation": [], "test": []}
    for example in examples:
        parts[_part_of(example.plan)].append(example)
    source = sorted({token for each in parts["training"] for token in each.plan.source})
    target = sorted({token for each in parts["training"] for token in each.wording.tokens})
    divided = {name: tuple(each) for name, each in parts.items()}
    return Material(**divided, source=(PAD, *source), target=(PAD, BEGIN, END, *target))


def _make(seed: int, number: int, phrasings: Phrasings) -> Example | None:
    facts = draw_facts(f"{seed}:{number}")
    plan = plan_impression(facts)
    return Example(facts, plan, generate(plan, phrasings, f"{seed}:{number}:wording")) if plan else None


def _part_of(plan: Plan) -> str:
    """A tenth of the plans each to judge by and to report on, by their digest."""
    tenth = hashlib.sha256(" ".join(plan.source).encode()).digest()[0] % 10
    return {0: "test", 1: "validation"}.get(tenth, "training")


def is_spoken(examples: Sequence[Example], vocabulary: Sequence[str]) -> bool:
    """Whether every token of the wordings is one of a vocabulary."""
    return {token for each in examples for token in each.wording.tokens} <= set(vocabulary)
