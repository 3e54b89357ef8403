"""osteonode quarantine: files that were put aside, and images that could not be decoded; look, try again, discard."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Final

import typer

from dicom_node.cli.ledger_access import write_time
from dicom_node.cli.options import ConfigFile
from dicom_node.cli.terminal import count, make_table, print_table
from dicom_node.quarantine_remedies import next_step, what_happened
from domain.correction import NAME_LENGTH, NOTE_LENGTH

if TYPE_CHECKING:
    from pathlib import Path

    from dicom_node.openings import OpenQuarantine
    from dicom_node.quarantine_ports import QuarantinedFile, UndecodedImage

app = typer.Typer(invoke_without_command=True)

Number = Annotated[int, typer.Argument(help="Number of a file, as `osteonode quarantine` lists it.", metavar="NUMBER")]
Which = Annotated[
    list[str] | None,
    typer.Argument(
        help="Numbers of files, or SOP Instance UIDs of images that could not be decoded. Default: with --all, all.",
        metavar="NUMBER|IMAGE",
    ),
]
All = Annotated[bool, typer.Option("--all", help="Every file in quarantine, and every image that is not decoded.")]
Limit = Annotated[int, typer.Option("--limit", min=1, help="Most files, and most images, to list.")]
Reason = Annotated[
    str,
    typer.Option(
        "--reason",
        help=f"Why, one line of up to {NOTE_LENGTH} characters. The ledger and the console keep it, no log does.",
        metavar="TEXT",
    ),
]
By = Annotated[
    str,
    typer.Option("--by", help=f"Name or role of who decided, up to {NAME_LENGTH} characters.", show_default=False),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
EMPTY: Final = "quarantine is empty, and every image could be decoded"
_EVERYTHING: Final = 1_000_000


@app.callback()
def list_quarantine(context: typer.Context, config: ConfigFile = None, limit: Limit = 100) -> None:
    """List what was put aside, and what was taken in but could not be decoded: why, and what to do next.

    A file in quarantine belongs to no study: nothing was read of it. An image that could not be decoded is kept with
    its study, which was answered "not analysed" for it. Safe while the node runs, and while it does not.
    """
    if context.invoked_subcommand is not None:
        if config:  # else it would be forgotten, and another node's ledger opened
            raise typer.BadParameter(f"options stand behind {context.invoked_subcommand}")
        return
    opened = _open(config)
    files, images = opened.book.files(limit=limit), opened.book.undecoded(limit=limit)
    if not files and not images:
        print(EMPTY)
    if files:
        _print_files(files)
    if images:
        _print_images(images)


@app.command("show")
def show(number: Number, config: ConfigFile = None) -> None:
    """Show one file: what is wrong, where it came from, where it lies, and what to do."""
    file = _require(_open(config), number)
    facts = {
        "number": str(file.number),
        "code": file.reason_code,
        "what happened": what_happened(file.reason_code),
        "in detail": file.reason or "-",
        "from": f"{file.calling_ae_title or '-'}, to {file.called_ae_title or '-'}",
        "first": write_time(file.recorded_at),
        "came": count(file.times, "time"),
        "file": str(file.path),
        "size": f"{file.path.stat().st_size} bytes" if file.path.is_file() else "the file is gone",
        "next": next_step(file.reason_code),
        "then": f"osteonode quarantine retry {number}, or: osteonode quarantine discard {number}",
    }
    for name, value in facts.items():
        print(f"{name + ':':<15}{value}")


@app.command("retry")
def retry(which: Which = None, every: All = False, config: ConfigFile = None) -> None:
    """Take files in again, by the checks for what has just arrived; decode and read images again.

    For use after an update, a changed limit or a repaired disk. What passes is recorded, read and answered like any
    image; what does not stays, with its reason. An image is read again, with all of its study that could not be
    decoded, in a new version of the study.
    Exit code 1 where something stays. While the node runs, it takes the work up at once, else at its next start.
    """
    if not which and not every:
        raise typer.BadParameter("name files or images, or --all", param_hint="NUMBER|IMAGE")
    opened = _open(config)
    numbers, images = _choose(opened, which or (), every)
    results = [*(_retry_file(opened, number) for number in numbers), *(_retry_image(opened, uid) for uid in images)]
    if not results:
        print(EMPTY)
    if not all(results):
        raise typer.Exit(1)


@app.command("discard")
def discard(number: Number, yes: Yes = False, reason: Reason = "", by: By = "", config: ConfigFile = None) -> None:
    """Remove one file from quarantine for good, after a question. Its sender is not told.

    With a reason, the ledger keeps who removed what and why.
    """
    opened = _open(config)
    file = _require(opened, number)
    print(f"{number}: {file.reason_code} from {file.calling_ae_title or '-'}: {file.path}")
    if not yes:
        typer.confirm("Remove it? It cannot be brought back from here", abort=True)
    try:
        opened.quarantine.discard(number, reason.strip(), by)
    except ValueError as error:  # its sentence does not repeat what was written
        raise typer.BadParameter(str(error), param_hint="--reason, --by") from None
    print(f"{number}: removed")


def _open(config: "Path | None") -> "OpenQuarantine":
    from config.load import load_settings
    from dicom_node.openings import open_quarantine

    return open_quarantine(load_settings(config))


def _require(opened: "OpenQuarantine", number: int) -> "QuarantinedFile":
    from domain.errors import InterventionRefused

    file = opened.book.find(number)
    if file is None:
        raise InterventionRefused(f"nothing in quarantine has the number {number}", subject="quarantine")
    return file


def _choose(opened: "OpenQuarantine", which: Sequence[str], every: bool) -> tuple[list[int], list[str]]:
    """Return the numbers of files and the SOP Instance UIDs of images that are meant."""
    if every:
        files, images = opened.book.files(limit=_EVERYTHING), opened.book.undecoded(limit=_EVERYTHING)
        one_of_each_study = {image.study_instance_uid: image.sop_instance_uid for image in images}
        return sorted(file.number for file in files), list(one_of_each_study.values())
    return [int(each) for each in which if each.isdecimal()], [each for each in which if not each.isdecimal()]


def _retry_file(opened: "OpenQuarantine", number: int) -> bool:
    from dicom_node.receive.statuses import ANSWERS
    from domain.errors import InterventionRefused

    try:
        retried = opened.quarantine.retry(number)
    except InterventionRefused as refusal:
        print(f"{number}: not tried: {refusal}")
        return False
    if retried.taken_in:
        print(f"{number}: taken in ({retried.outcome.value})")
    else:
        print(f"{number}: stays: {retried.outcome.value}: {ANSWERS[retried.outcome].comment or _why(retried.outcome)}")
    return retried.taken_in


def _why(reason_code: str) -> str:
    return what_happened(reason_code)


def _retry_image(opened: "OpenQuarantine", sop_instance_uid: str) -> bool:
    from domain.errors import InterventionRefused

    try:
        version = opened.interventions.retry_image(sop_instance_uid)
    except InterventionRefused as refusal:
        print(f"{sop_instance_uid}: not tried: {refusal}")
        return False
    print(f"{sop_instance_uid}: is read again; version {version} of its study tells every destination")
    return True


def _print_files(files: "Sequence[QuarantinedFile]") -> None:
    table = make_table(
        ("number", "first", "times", "from", "to", "code", "what happened", "next"),
        numbers=("number", "times"),
        title="in quarantine, of no study",
    )
    for file in files:
        table.add_row(
            str(file.number),
            write_time(file.recorded_at),
            str(file.times),
            file.calling_ae_title or "-",
            file.called_ae_title or "-",
            file.reason_code,
            what_happened(file.reason_code),
            next_step(file.reason_code),
        )
    print_table(table)
    print("osteonode quarantine show NUMBER says more; retry NUMBER takes it in again; discard NUMBER removes it.")


def _print_images(images: "Sequence[UndecodedImage]") -> None:
    from inference.reasons import REASONS

    table = make_table(
        ("image", "study", "received", "from", "code", "what happened"),
        title='taken in and kept with their study, but not decoded: answered "not analysed"',
    )
    for image in images:
        table.add_row(
            image.sop_instance_uid,
            image.study_instance_uid,
            write_time(image.received_at),
            image.calling_ae_title,
            image.reason_code,
            REASONS[image.reason_code].text,
        )
    print_table(table)
    print("osteonode quarantine retry IMAGE reads one again, for example after an update.")
