"""osteonode models revalidate: the version of a bundle in another precision, fitted and measured for itself."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dicom_node.cli.models.options import Data
from dicom_node.cli.models.packages import require_packages
from dicom_node.cli.options import Bundle

if TYPE_CHECKING:
    from inference.training.revalidation import Revalidated
    from inference.zoo import Precision as Version

Precision = Annotated[Literal["bf16", "int8"], typer.Option("--precision", help="What the new version computes in.")]
Card = Annotated[
    Path | None, typer.Option("--card", exists=True, help="Model card to bring up to date.", metavar="FILE")
]
Evaluation = Annotated[
    Path | None,
    typer.Option("--evaluation", exists=True, help="Evaluation whose comparison to bring up to date.", metavar="FILE"),
]
#: Readings of the split: by the first version, by the new one before it is fitted, and by the new one.
_PASSES = 3


def revalidate_bundle(
    data: Data,
    bundle: Bundle = None,
    precision: Precision = "bf16",
    card: Card = None,
    evaluation: Evaluation = None,
) -> None:
    """Make the version of a bundle for another precision: the same weights, calibrated and measured anew.

    In bf16 the same weights give other probabilities. So calibration, fusion, operating points and the least region
    probability are fitted on the validation split of FracAtlas as this processor reads it in bf16, and stand in
    manifest-bf16.json beside manifest.json. In int8 the trunks of the fracture models are first brought to eight bits,
    by what 150 images of the training split show of their ranges. Run it again whenever the bundle changes: a version
    of other weights is refused. Takes minutes, a processor with bfloat16, and the extra `train`: `make train`.

    Example: models revalidate --data FRACATLAS --card docs/model-card.md --evaluation docs/evaluation.md
    """
    require_packages("torch", "sklearn", "matplotlib", *(("nncf",) if precision == "int8" else ()))
    _require_parts(card, evaluation, precision)
    from dicom_node.cli.terminal import count_each, show_progress
    from inference.training.fracatlas import read_rows
    from inference.training.precision_report import write_comparison
    from inference.training.revalidation import revalidate
    from inference.zoo import BUNDLED, MANIFESTS

    folder = bundle or BUNDLED
    with show_progress("reading", _PASSES * len(read_rows(data, "val"))) as step:
        found = revalidate(folder, data, precision, progress=count_each(step))
    comparison = write_comparison(found)
    _update_documents(found, comparison, card, evaluation)
    print(comparison)
    print(folder / MANIFESTS[precision])


def _require_parts(card: Path | None, evaluation: Path | None, precision: "Version") -> None:
    """Raise BadParameter now, and not after minutes, where a document has no place for what will be measured."""
    from inference.training.marked_text import split_marked
    from inference.training.model_card import MARKS

    for option, document, mark in (("--card", card, MARKS[precision]), ("--evaluation", evaluation, precision)):
        try:
            if document is not None:
                split_marked(document, mark)
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint=option) from error


def _update_documents(found: "Revalidated", comparison: str, card: Path | None, evaluation: Path | None) -> None:
    from inference.training.marked_text import replace_marked
    from inference.training.model_card import update_model_card

    if card is not None:
        update_model_card(card, found.own, bundle=found.name, split="validation", precision=found.precision)
    if evaluation is not None:
        replace_marked(evaluation, found.precision, comparison)
