"""osteonode check-config: every problem of a configuration file at once, then what holds."""

from pathlib import Path
from typing import Annotated

import typer

File = Annotated[Path, typer.Argument(help="The TOML file to check.", metavar="FILE")]


def check_config(file: File) -> None:
    """Check a configuration file: say every problem at once, or print every setting that holds.

    A problem is told with its line, the value and what is allowed; settings are printed as TOML, defaults included.
    Exit code 2 where there is a problem. Nothing is started and no peer is called.
    """
    from config.load import load_settings
    from config.toml_text import write_toml

    settings = load_settings(file)
    print(f"# {file}: no problems. These settings hold; what the file does not say has its default.\n")
    print(write_toml(settings), end="")
