"""osteonode drift: whether the models say here what they said where they were validated."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dicom_node.cli.options import ConfigFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dicom_node.score_drift import DriftLine

Days = Annotated[int, typer.Option("--days", min=1, max=3650, help="Images that were read in the last so many days.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]
_COLUMNS = ("sender", "region", "read", "doubt", "on validation", "not analysed", "PSI", "limit", "verdict")


def drift(config: ConfigFile = None, days: Days = 30, as_json: AsJson = False) -> None:
    """Compare the probabilities of fracture with those of the validation images, by sender and region.

    PSI is the population stability index; by chance alone it passes its limit once in a hundred times. A sender differs
    where it is above the limit and above 0.1. The latest 20,000 images are looked at. It says that something is not as
    on validation, not that the models are wrong; docs/monitoring.md says what it can tell.
    """
    from config.load import load_settings
    from dicom_node.openings import open_drift

    lines = open_drift(load_settings(config)).look(days)
    if as_json:
        print(json.dumps({"days": days, "lines": [_as_json(each) for each in lines]}))
        return
    _print_lines(lines, days)


def _print_lines(lines: "Sequence[DriftLine]", days: int) -> None:
    from dicom_node.cli.terminal import make_table, print_table
    from dicom_node.score_drift import DriftVerdict

    if not lines:
        print(f"No image was read by these models in the last {days} {'day' if days == 1 else 'days'}.")
        return
    table = make_table(_COLUMNS, numbers=_COLUMNS[2:8])
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
    return (line.calling_ae_title, line.region or "-", str(line.read), *doubts, unread, *indexes, write_verdict(line))


def write_verdict(line: "DriftLine") -> str:
    """Return the verdict in words."""
    from dicom_node.score_drift import LEAST_IMAGES, DriftVerdict

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
        "region": line.region or None,
        "read": line.read,
        "doubt": line.doubt,
        "validation_doubt_share": line.reference_doubt,
        "not_analysed": dict(line.reasons),
        "sent": line.sent,
        "population_stability_index": line.index,
        "limit": line.limit,
        "verdict": line.verdict,
    }
