"""osteonode doctor: looks at every peer and at this machine, and says what to change, and on which side."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dicom_node.cli.options import ConfigFile

if TYPE_CHECKING:
    from dicom_node.doctor.verdicts import Check, Examined

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program in the place of the table.")]
SendTest = Annotated[
    bool,
    typer.Option(
        "--send-test",
        help="Send each HL7 receiver a message, too: a question for its clock, marked as debugging, with no patient.",
    ),
]
Deadline = Annotated[
    float, typer.Option("--deadline", min=0.1, help="Longest wait for one step at one peer, in seconds.")
]
Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only",
        help="machine, ports, the name of a destination, folder, Orthanc or channel of alerts, or the AE title of a "
        "query; may be repeated. Default: all.",
    ),
]
#: Wide enough for the longest probe and verdict, so that all subjects are aligned alike.
_PROBE_COLUMNS, _VERDICT_COLUMNS = 14, 7
#: How a verdict looks on a terminal.
_STYLES = {"good": "green", "warning": "yellow", "fault": "bold red", "unknown": "dim"}


def doctor(
    config: ConfigFile = None,
    as_json: AsJson = False,
    send_test: SendTest = False,
    deadline: Deadline = 5.0,
    only: Only = None,
) -> None:
    """Look at every peer and at this machine, and say of each fault what it means and what to change on which side.

    Of archives: name, TCP, TLS and certificate, the association or why it is refused, which documents would not be
    stored, C-ECHO, C-FIND, C-MOVE or C-GET, storage commitment. Of web archives: status, credentials, clock. Of HL7
    receivers: the connection, and with --send-test an acknowledgement. Of this machine: own ports and who has them,
    disk, ledger, memory, clock, models, certificates.

    No image is sent and nothing of a patient; archives are asked about a study that nobody has. All looks are made at
    the same time. Exit code 0 where nothing is at fault (there may be warnings), 1 where something is, 2 where the
    configuration has problems.
    """
    from config.load import load_settings
    from dicom_node.doctor.examination import Scope, examine, list_looks
    from dicom_node.doctor.verdicts import Verdict, worst
    from domain.errors import ConfigError

    settings = load_settings(config)
    scope = Scope(deadline_seconds=deadline, send_test=send_test, only=frozenset(only or ()))
    known = {look.subject.split()[-1] for look in list_looks(settings, scope)}
    if strangers := sorted(scope.only - known):
        problems = tuple(f"{each}: known here: {', '.join(sorted(known))}" for each in strangers)
        raise ConfigError(problems, subject="--only")
    examined = examine(settings, scope)
    if as_json:
        _print_json(examined)
    else:
        _print_table(examined)
    if worst(each.verdict for each in examined) is Verdict.FAULT:
        raise typer.Exit(1)


def _print_json(examined: "Sequence[Examined]") -> None:
    import json

    from dicom_node.doctor.verdicts import worst

    answer = {
        "verdict": worst(each.verdict for each in examined),
        "examined": [
            {
                "subject": each.subject,
                "verdict": each.verdict,
                "seconds": round(each.seconds, 3),
                "checks": [_as_json(check) for check in each.checks],
            }
            for each in examined
        ],
    }
    print(json.dumps(answer, indent=2, ensure_ascii=False))


def _as_json(check: "Check") -> dict[str, Any]:
    return {
        "probe": check.probe,
        "verdict": check.verdict,
        "code": check.code or None,
        "meaning": check.meaning,
        "change": check.change or None,
        "place": check.place or None,
    }


def _print_table(examined: "Sequence[Examined]") -> None:
    from rich.table import Table
    from rich.text import Text

    from dicom_node.cli.terminal import print_table

    for each in examined:
        # A grid for each subject, not a column: on 80 columns the words need the room.
        table = Table.grid(padding=(0, 2))
        table.title, table.title_justify, table.title_style = each.subject, "left", "bold"
        table.add_column(min_width=_PROBE_COLUMNS)
        table.add_column(min_width=_VERDICT_COLUMNS)
        table.add_column(overflow="fold")
        for check in each.checks:
            table.add_row(f"  {check.probe}", Text(check.verdict, style=_STYLES[check.verdict]), Text(_tell(check)))
        print_table(table)
        print()
    print(summarise(examined))


def _tell(check: "Check") -> str:
    code = f" [{check.code}]" if check.code else ""
    where = f"{check.place}: " if check.place else ""
    return f"{check.meaning}{code}" + (f"\n-> {where}{check.change}" if check.change else "")


def summarise(examined: "Sequence[Examined]") -> str:
    """Return how much is wrong, in a sentence."""
    from dicom_node.cli.terminal import count
    from dicom_node.doctor.verdicts import Verdict

    verdicts = [check.verdict for each in examined for check in each.checks]
    faults, warnings = verdicts.count(Verdict.FAULT), verdicts.count(Verdict.WARNING)
    looked = f"{count(len(verdicts), 'thing')} looked at"
    warned = count(warnings, "warning")
    if not faults:
        return f"{looked}: nothing is at fault, {warned}."
    codes = "Codes in brackets have an entry in docs/operations.md."
    return f"{looked}: {count(faults, 'fault')}, {warned}. {codes}"
