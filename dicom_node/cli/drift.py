"""osteonode drift: whether models and images are here as they were where the models were validated."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dicom_node.cli import drift_inputs
from dicom_node.cli.options import ConfigFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dicom_node.drift.inputs import InputLine
    from dicom_node.drift.scores import DriftLine

Days = Annotated[int, typer.Option("--days", min=1, max=3650, help="Images that were read in the last so many days.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]
Inputs = Annotated[bool, typer.Option("--inputs", help="Every measure of the images, and not what the models said.")]
LearnAnew = Annotated[
    str | None,
    typer.Option(
        "--learn-anew",
        metavar="AE_TITLE",
        help="Compare later images of this sender with those that come from now on, after a change that is right.",
    ),
]
_COLUMNS = ("sender", "receiver", "region", "read", "doubt", "on validation", "not analysed", "PSI", "limit", "verdict")


def drift(
    config: ConfigFile = None,
    days: Days = 30,
    as_json: AsJson = False,
    inputs: Inputs = False,
    learn_anew: LearnAnew = None,
) -> None:
    """Compare what the models say, and the images that come, with the validation images, by sender and region.

    PSI is the population stability index; by chance alone it passes its limit once in a hundred times. A sender differs
    where it is above the limit and above 0.1. The latest 20,000 images are looked at. It says that something is not as
    on validation, not that the models are wrong; docs/monitoring.md says what it can tell. Who has a sender learned
    anew is in the audit trail.
    """
    from config.load import load_settings
    from dicom_node.openings import open_drift, open_input_drift

    settings = load_settings(config)
    opened = open_input_drift(settings)
    if learn_anew is not None:
        _print_learning(learn_anew, opened.learn_anew(learn_anew), as_json)
        return
    lines, compared = ([] if inputs else open_drift(settings).look(days)), opened.images.look(days)
    if as_json:
        said = {} if inputs else {"lines": [_as_json(each) for each in lines]}
        print(json.dumps({"days": days, **said, "inputs": [drift_inputs.as_json(each) for each in compared]}))
    elif inputs:
        _print_inputs(compared, days)
    else:
        _print_lines(lines, days)
        if compared:
            print("The images, before any model speaks of them (--inputs shows every measure):")
            drift_inputs.print_summary(compared)


def _print_learning(sender: str, origins: int, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"sender": sender, "learned_anew": origins}))
    elif origins:
        print(f"The first images of {sender} from now on will be what later ones are compared with.")
    else:
        print(f"Nothing was learned of {sender} yet: its first images are still awaited, or it sent none.")


def _print_inputs(lines: "Sequence[InputLine]", days: int) -> None:
    if lines:
        drift_inputs.print_measures(lines)
    else:
        print(f"No image was measured in the last {_count_days(days)}.")


def _count_days(days: int) -> str:
    return f"{days} {'day' if days == 1 else 'days'}"


def _print_lines(lines: "Sequence[DriftLine]", days: int) -> None:
    from dicom_node.cli.terminal import make_table, print_table
    from dicom_node.drift.scores import DriftVerdict

    if not lines:
        print(f"No image was read by these models in the last {_count_days(days)}.")
        return
    table = make_table(_COLUMNS, numbers=_COLUMNS[3:9])
    for each in lines:
        table.add_row(*_describe(each))
    print_table(table)
    if all(each.verdict is DriftVerdict.NO_REFERENCE for each in lines if each.read):
        print("These models have no scores of validation images of these regions beside them to compare with:")
        print("`osteonode models evaluate --keep` reads labelled radiographs and writes them.")


def _describe(line: "DriftLine") -> tuple[str, ...]:
    reasons = ", ".join(f"{code} {number}" for code, number in sorted(line.reasons.items()))
    unread = f"{line.not_analysed_share:.1%} ({reasons})" if reasons else "-"
    doubts = (_percent(line.doubt_share), _percent(line.reference_doubt))
    indexes = (_number(line.index), _number(line.limit))
    titles = line.calling_ae_title, line.called_ae_title or "-"
    return (*titles, line.region or "-", str(line.read), *doubts, unread, *indexes, write_verdict(line))


def write_verdict(line: "DriftLine") -> str:
    """Return the verdict in words."""
    from dicom_node.drift.scores import LEAST_IMAGES, DriftVerdict

    if not line.read:
        return "nothing was read"
    words = {
        DriftVerdict.SAME: "as on validation",
        DriftVerdict.DIFFERS: "differs: look at what this sender sends (detector, post-processing, patients)",
        DriftVerdict.TOO_FEW: f"too few images: {line.read} of {LEAST_IMAGES}",
        DriftVerdict.NO_REFERENCE: "no validation images to compare with",
    }
    return words[line.verdict]


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def _number(index: float | None) -> str:
    return "-" if index is None else f"{index:.3f}"


def _as_json(line: "DriftLine") -> dict[str, Any]:
    return {
        "sender": line.calling_ae_title,
        "receiver": line.called_ae_title or None,
        "region": line.region or None,
        "read": line.read,
        "doubt": line.doubt,
        "validation_doubt_share": line.reference_doubt,
        "doubt_share": line.doubt_share,
        "not_analysed_share": line.not_analysed_share,
        "not_analysed": dict(line.reasons),
        "sent": line.sent,
        "population_stability_index": line.index,
        "limit": line.limit,
        "verdict": line.verdict,
    }
