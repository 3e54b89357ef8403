"""osteonode models train: from a dataset folder to weights."""

from pathlib import Path
from typing import Annotated

import typer

from dicom_node.cli.models.options import Data, Runs
from dicom_node.cli.models.packages import require_packages

Recipe = Annotated[str, typer.Argument(help="Name of the recipe; a wrong one lists those there are.", metavar="RECIPE")]
Imagenet = Annotated[
    Path,
    typer.Option("--imagenet", exists=True, help="MobileNetV2 weights without the top, Keras .h5.", metavar="FILE"),
]
Threads = Annotated[int, typer.Option("--threads", min=1, help="Threads of the processor.")]


def train_model(recipe: Recipe, data: Data, imagenet: Imagenet, runs: Runs, threads: Threads = 2) -> None:
    """Train the weights of one recipe; a second call goes on where the first one ended. Takes hours.

    Needs the extra `train`: `make train`, then .venv-train/bin/osteonode.
    """
    require_packages("torch", "h5py", "sklearn")
    from inference.training.recipes import RECIPES
    from inference.training.run import train_recipe

    if recipe not in RECIPES:
        raise typer.BadParameter(f"there is no recipe {recipe!r}; there are: {', '.join(RECIPES)}", param_hint="RECIPE")
    folder = runs / recipe
    folder.mkdir(parents=True, exist_ok=True)
    print(train_recipe(RECIPES[recipe], data=data, imagenet=imagenet, folder=folder, threads=threads))
