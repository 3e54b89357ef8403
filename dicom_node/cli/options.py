"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Bundle = Annotated[
    Path | None,
    typer.Option("--bundle", help="Folder with manifest.json and weights. Default: the shipped bundle.", metavar="DIR"),
]
ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="Configuration file (TOML). Default: none, this machine only.", metavar="FILE"),
]
