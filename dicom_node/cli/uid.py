"""osteonode uid: the UID behind the name that logs give it."""

from typing import Annotated

import typer

from dicom_node.cli.options import ConfigFile
from dicom_node.cli.terminal import explain

Name = Annotated[str, typer.Argument(help="As the log has it: uid- and 12 characters.", metavar="NAME")]


def uid(name: Name, config: ConfigFile = None) -> None:
    """Say which study or image a log means: a UID leads to a patient, so logs have a digest in its place.

    Exit code 1 where the ledger has none.
    """
    from config.load import load_settings
    from dicom_node.openings import find_logged_uids

    found = find_logged_uids(load_settings(config), name)
    for each in found:
        print(each)
    if not found:
        explain(
            f"no study and no image of this ledger is called {name} in logs", ("Its history may have been purged.",)
        )
        raise typer.Exit(1)
