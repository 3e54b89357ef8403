"""Options that several of the subcommands share."""

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[
    Path,
    typer.Option("--data", exists=True, file_okay=False, help="FracAtlas: manifest.csv and images/.", metavar="DIR"),
]
Runs = Annotated[Path, typer.Option("--runs", help="Folder for checkpoints and weights, one a recipe.", metavar="DIR")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]
