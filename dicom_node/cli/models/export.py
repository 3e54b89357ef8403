"""osteonode models export: a bundle of trained weights."""

from pathlib import Path
from typing import Annotated

import typer

from dicom_node.cli.models.options import Data, Runs
from dicom_node.cli.models.packages import require_packages


def export_bundle(
    data: Data,
    runs: Runs,
    bundle: Annotated[Path, typer.Option("--bundle", help="Folder to write the bundle to.", metavar="DIR")],
    name: Annotated[str, typer.Option("--name", help="Name of the bundle.")],
    version: Annotated[str, typer.Option("--version", help="Version of its models.")],
    card: Annotated[Path | None, typer.Option("--card", help="Model card to bring up to date.", metavar="FILE")] = None,
) -> None:
    """Make a bundle of the trained weights: export, calibrate and measure on the validation split of FracAtlas.

    Its versions for bfloat16 and eight bits come after it, by `models revalidate`. Needs the extra `train`.
    """
    require_packages("torch", "sklearn", "matplotlib")
    from dicom_node.cli.terminal import explain
    from inference.training.model_card import update_model_card
    from inference.training.release import release
    from inference.zoo import MANIFESTS

    examples = release(runs, data, bundle, name=name, version=version)
    if card is not None:
        update_model_card(card, examples, bundle=name, split="validation")
    print(bundle / MANIFESTS["f32"])
    for precision in ("bf16", "int8"):
        if (bundle / MANIFESTS[precision]).exists():
            remedy = f"Make it anew: osteonode models revalidate --precision {precision}."
            explain(f"{MANIFESTS[precision]} there is of other weights now", (remedy,))
