"""The training of a phrase model for a person: progress, then what the checker made of its proposals."""

from pathlib import Path
from typing import TYPE_CHECKING

from dicom_node.cli.models.family_tables import say
from dicom_node.cli.terminal import explain, show_progress

if TYPE_CHECKING:
    from domain.impression import StudyFacts
    from inference.training.phrases.run import PhrasesOutcome


def train_phrase_model(name: str, runs: Path, epochs: int | None, threads: int) -> None:
    """Train a recipe of phrases; the checker is the one of the documents.

    Raises:
        ModelError: its folder holds another run, or the export does not agree with the network.
        ModelUnavailable: what it needs is not installed.
    """
    from inference.backends.frameworks import load_framework, load_keras, require_frameworks
    from inference.training.phrases.recipe import load_phrase_book

    require_frameworks("matplotlib")
    load_keras()
    load_framework("tensorflow").config.threading.set_intra_op_parallelism_threads(threads)
    from inference.training.phrases.run import train_phrases
    from reporting.impression.checker import check_impression

    def refuse(text: str, facts: "StudyFacts") -> str:
        rejection = check_impression(text, facts)
        return rejection.code if rejection else ""

    recipe = load_phrase_book()[name]
    if epochs is not None:
        recipe = recipe.model_copy(update={"epochs": epochs})
    outcome = train_phrases(recipe, runs / name, refuse, show_progress, say)
    _tell(outcome, runs / name)


def _tell(outcome: "PhrasesOutcome", folder: Path) -> None:
    print(f"on {outcome.test_studies} studies of which nothing was learnt:")
    print(
        f"perplexity {outcome.perplexity}; that of the generator itself is at most {outcome.generator_perplexity:.3f}"
    )
    print(f"accepted by the checker: {outcome.acceptance.share}")
    if outcome.acceptance.reasons:
        explain("rejected", (f"{number} x {code}" for code, number in outcome.acceptance.reasons.items()))
    print(folder)
