"""Options that several commands share."""

from pathlib import Path
from typing import Annotated, Literal

import typer

Bundle = Annotated[
    Path | None,
    typer.Option("--bundle", help="Folder with manifest.json and weights. Default: the shipped bundle.", metavar="DIR"),
]
Precision = Annotated[
    Literal["f32", "bf16", "int8"],
    typer.Option(
        "--precision",
        help="Version of the bundle. bf16 and int8 are quicker, need a processor with bfloat16, and have their own "
        "probabilities.",
    ),
]
ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="Configuration file (TOML). Default: none, this machine only.", metavar="FILE"),
]
