"""osteonode dead-letters: deliveries that failed for good; look, send them again, or give them up."""

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Final

import typer

from dicom_node.cli.ledger_access import DestinationName, Study
from dicom_node.cli.options import ConfigFile
from domain.correction import NAME_LENGTH, NOTE_LENGTH

if TYPE_CHECKING:
    from dicom_node.ledger.dead_letters import DeadLetter

app = typer.Typer(invoke_without_command=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
AnyStudy = Annotated[
    str | None,
    typer.Argument(help="Study Instance UID. Default: with --destination or --all, every study.", metavar="STUDY"),
]
All = Annotated[bool, typer.Option("--all", help="Every dead letter of every destination.")]
Reason = Annotated[
    str,
    typer.Option(
        "--reason",
        help=f"Why nobody needs it there, one line of up to {NOTE_LENGTH} characters. It goes into the ledger and "
        "`osteonode show`, never into a log.",
        metavar="TEXT",
    ),
]
By = Annotated[
    str,
    typer.Option("--by", help=f"Name or role of who decided, up to {NAME_LENGTH} characters.", show_default=False),
]
_UNITS: Final = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))
_COLUMNS: Final = ("study", "version", "destination", "held for", "since", "attempts", "why")
NONE: Final = "no dead letters: nothing has failed for good"


@app.callback()
def list_dead_letters(
    context: typer.Context, destination: DestinationName = None, config: ConfigFile = None, as_json: Json = False
) -> None:
    """List the deliveries that failed for good, the longest held first: since when, and why in the peer's words.

    A person must act: correct what the last column names, then `osteonode dead-letters replay`. What a person held is
    not among them (`osteonode release`), nor what a later version of the study has superseded.
    """
    if context.invoked_subcommand is not None:
        if destination or config or as_json:  # else they would be forgotten, and another node's ledger opened
            raise typer.BadParameter(f"options stand behind {context.invoked_subcommand}")
        return
    from dicom_node.cli.ledger_access import open_configured_ledger

    letters = open_configured_ledger(config).view.dead_letters(destination)
    now = datetime.now(UTC)
    if as_json:
        print(json.dumps([_describe(each, now) for each in letters], ensure_ascii=False, indent=2))
    elif letters:
        _print(letters, now)
    else:
        print(NONE)


@app.command("replay")
def replay(
    study: AnyStudy = None, destination: DestinationName = None, every: All = False, config: ConfigFile = None
) -> None:
    """Send dead letters again: those of one study, of one destination, or all of them.

    The same objects go under the same UIDs and MSH-10, with a fresh count of attempts; what a peer has is not sent
    again. Exit code 1 where there is none. Safe while the node runs; one that does not run does it at its next start.
    """
    from dicom_node.cli.ledger_access import open_configured_ledger, require_study
    from dicom_node.cli.terminal import count

    if study is None and destination is None and not every:
        raise typer.BadParameter("name a study, a destination, or --all", param_hint="STUDY")
    ledger = open_configured_ledger(config)
    if study is not None:
        study = require_study(ledger, study)
    number = ledger.interventions.replay(study, destination)
    print(
        f"{count(number, 'dead letter')} to be sent again now" if number else "no such dead letter: nothing to replay"
    )
    if not number:
        raise typer.Exit(1)


@app.command("discard")
def discard(
    study: Study, reason: Reason, destination: DestinationName = None, by: By = "", config: ConfigFile = None
) -> None:
    """Give up the dead letters of a study: they are not sent any more, and the reason is kept.

    A later version of the study goes there all the same. Exit code 1 where there is none.
    """
    from dicom_node.cli.ledger_access import open_configured_ledger, require_study
    from dicom_node.cli.terminal import count

    ledger = open_configured_ledger(config)
    study = require_study(ledger, study)
    try:
        number = ledger.interventions.discard(study, destination, reason.strip(), by.strip())
    except ValueError as error:  # its sentence does not repeat what was written
        raise typer.BadParameter(str(error), param_hint="--reason, --by") from None
    print(f"{count(number, 'dead letter')} given up" if number else "no such dead letter: nothing to discard")
    if not number:
        raise typer.Exit(1)


def write_age(age: timedelta) -> str:
    """Return an age in its two largest units: "3 d 4 h"."""
    seconds = max(0, int(age.total_seconds()))
    words: list[str] = []
    for unit, size in _UNITS:
        number, seconds = divmod(seconds, size)
        if number or (unit == "s" and not words):
            words.append(f"{number} {unit}")
    return " ".join(words[:2])


def _print(letters: "tuple[DeadLetter, ...]", now: datetime) -> None:
    from dicom_node.cli.ledger_access import write_time
    from dicom_node.cli.terminal import count, make_table, print_table

    table = make_table(_COLUMNS, numbers=("version", "attempts"))
    for each in letters:
        delivery = each.delivery
        table.add_row(
            delivery.study_instance_uid,
            str(delivery.version),
            delivery.destination,
            write_age(now - each.since) if each.since else "-",
            write_time(each.since),
            str(delivery.attempts),
            delivery.explanation or "-",
        )
    print_table(table)
    print(f"{count(len(letters), 'dead letter')}; `osteonode dead-letters replay` sends again what was put right.")


def _describe(letter: "DeadLetter", now: datetime) -> dict[str, object]:
    delivery = letter.delivery
    return {
        "study_instance_uid": delivery.study_instance_uid,
        "version": delivery.version,
        "destination": delivery.destination,
        "since": letter.since.isoformat() if letter.since else None,
        "seconds": (now - letter.since).total_seconds() if letter.since else None,
        "attempts": delivery.attempts,
        "explanation": delivery.explanation,
        "receipts": [
            {"identifier": each.identifier, "outcome": each.outcome.value, "status": each.status}
            for each in delivery.receipts
        ],
    }
