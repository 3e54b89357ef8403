"""osteonode check-config: every problem of a configuration file at once, then what holds."""

from pathlib import Path
from typing import Annotated

import typer

File = Annotated[Path, typer.Argument(help="The TOML file to check.", metavar="FILE")]


def check_config(file: File) -> None:
    """Check a configuration file: say every problem at once, or print every setting that holds.

    A problem is told with its line, the value and what is allowed; settings are printed as TOML, defaults included.
    Exit code 2 where there is a problem; that this processor lacks the arithmetic which reading.precision asks for
    is one, and a phrase model that is not there is another. Below the settings stands, as comments, which documents
    each destination gets by its profile, what is said to each sender by its tier, the ways in beside C-STORE, and
    the routes. That studies cannot be explained here is said too, which region of a route no model sees, and what is
    allowed and perhaps not meant, such as a sender that may call from anywhere; none of that is a problem: the node
    serves all the same. Nothing is started and no peer is called.
    """
    from dicom_node.cli.terminal import explain
    from dicom_node.config_check.checking import check_file

    good = check_file(file)
    print(f"# {file}: no problems. These settings hold; what the file does not say has its default.\n")
    print(good.toml, end="")
    print("\n".join(("", *good.comments)))
    for headline, sentences in good.remarks:
        explain(headline, sentences)
