"""osteonode upgrade: bring the ledger of an earlier version to this program's schema, after a copy of it."""

from typing import TYPE_CHECKING, Annotated

import typer

from dicom_node.cli.options import ConfigFile

if TYPE_CHECKING:
    from dicom_node.ledger.upgrading import Upgrade

DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and change nothing.")]


def upgrade(config: ConfigFile = None, dry_run: DryRun = False) -> None:
    """Bring the ledger of an earlier version of this program to the one that this version needs.

    A start of the node does the same by itself; this does it apart, for who wants to see it first. No node may be
    running on the data folder. The ledger is copied first (into `before-upgrade/` in the data folder), then changed in
    one transaction: what fails leaves it as it was. The version before can be started again on that copy:
    docs/backup.md.
    """
    from config.load import load_settings
    from dicom_node.openings import carry_out_upgrade, look_at_upgrade

    settings = load_settings(config)
    planned = look_at_upgrade(settings)
    if planned is None:
        print("nothing to do: the ledger has the schema of this program")
        return
    _print_plan(planned)
    if dry_run:
        print("nothing was changed (--dry-run)")
        return
    done = carry_out_upgrade(settings)
    if done is not None:
        print(f"done: the ledger has schema {done.wanted}; the copy is {done.copy}")


def _print_plan(planned: "Upgrade") -> None:
    print(f"the ledger has schema {planned.found}, this program needs {planned.wanted}")
    print(f"  1. copy it ({planned.size_bytes / 1024**2:.1f} MiB) to {planned.copy}")
    for number, step in enumerate(planned.steps, start=2):
        print(f"  {number}. {step}")
