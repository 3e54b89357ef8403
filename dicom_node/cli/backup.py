"""osteonode backup and restore: a data folder, whole, while its node runs; and back into an empty one."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from dicom_node.cli.options import ConfigFile
from dicom_node.cli.terminal import count, explain

if TYPE_CHECKING:
    from collections.abc import Sequence

Folder = Annotated[
    Path,
    typer.Argument(help="Folder of the backup, on another disk: empty, or with an earlier backup.", metavar="FOLDER"),
]
Check = Annotated[bool, typer.Option("--check", help="Only prove that the backup is whole; restore nothing.")]
Incomplete = Annotated[
    bool, typer.Option("--incomplete", help="Restore what is whole where files are missing or damaged.")
]
_SHOWN: Final = 20


def backup(folder: Folder, config: ConfigFile = None) -> None:
    """Copy the ledger and every file that it names into FOLDER, while the node runs or while it does not.

    Into the same folder again, only what is new is copied, and what the node has removed is removed. The ledger of one
    moment comes first, then its files; a list of digests comes last (`sha256sum --check SHA256SUMS` proves it). What is
    acknowledged afterwards is in the next backup. The configuration, certificates and models are not in it.
    Exit code 1 where the data folder has lost or damaged files; the rest is backed up then, too.
    """
    from config.load import load_settings
    from dicom_node.openings import back_up_data

    done = back_up_data(load_settings(config), folder)
    size = done.copied_bytes / 1024**2
    print(f"{folder}: {count(done.files, 'file')} and the ledger of {done.made_at:%Y-%m-%d %H:%M:%S} UTC")
    print(f"  new in it: {done.copied} ({size:.1f} MiB); removed from it: {done.removed}")
    if done.gone:
        print(f"  {count(len(done.gone), 'file')} went meanwhile by retention: not in it, and not missed")
    _tell("the ledger names files that are gone from the data folder", done.lost)
    _tell("files are not what the ledger says; they are in the backup as they are", done.damaged)
    if done.lost or done.damaged:
        raise typer.Exit(1)


def restore(folder: Folder, config: ConfigFile = None, check: Check = False, incomplete: Incomplete = False) -> None:
    """Make the data folder of a backup: every file is proven first, and the ledger comes last.

    The data folder (node.data) is empty or absent; one in use is refused. Afterwards the node takes up all work that
    was not done when the backup was made: what it sends again has the same UIDs and the same bytes. Images that were
    acknowledged after that time have to be sent again by the archive or the modality.
    """
    from config.load import load_settings
    from dicom_node.openings import check_backup_folder, restore_data

    settings = load_settings(config)
    done = check_backup_folder(folder) if check else restore_data(settings, folder, incomplete=incomplete)
    _tell("files of the backup are missing or damaged", [f"{path} {why}" for path, why in done.faults.items()])
    _tell("files were lost before the backup was made", done.lost)
    if done.faults and not incomplete:
        explain(
            "nothing was restored", ("Another backup may be whole; --incomplete restores what is whole in this one.",)
        )
        raise typer.Exit(1)
    what = "is whole" if check else f"is restored to {settings.node.data}"
    print(f"the backup of {done.made_at} {what}: {count(done.files, 'file')} and the ledger")


def _tell(headline: str, paths: "Sequence[str]") -> None:
    if paths:
        more = (f"and {len(paths) - _SHOWN} more",) if len(paths) > _SHOWN else ()
        explain(f"{len(paths)} {headline}", (*paths[:_SHOWN], *more))
