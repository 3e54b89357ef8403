"""osteonode compare: what a challenger says of the images that the champion has answered."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dicom_node.cli.options import ConfigFile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dicom_node.reader_comparison import ReaderComparison, Side
    from dicom_node.report_agreement import Agreement as Reported
    from inference.diagnostic_accuracy import Estimate
    from inference.rater_agreement import Agreement

Days = Annotated[
    int, typer.Option("--days", min=1, max=3650, help="Images that were answered in the last so many days.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]


def compare(config: ConfigFile = None, days: Days = 30, as_json: AsJson = False) -> None:
    """Compare champion and challenger on the images that both have read: statements, scores, regions, times.

    The challenger is that of `[challenger]`; without one, the last that there was. Agreement is Cohen's kappa with a
    bootstrap interval of 95 % over studies. It says where both differ, not who is right. The latest 20,000 images are
    looked at; docs/shadow-mode.md says what it can tell.
    """
    from config.load import load_settings
    from dicom_node.openings import open_comparison

    found = open_comparison(load_settings(config)).look(days)
    if as_json:
        print(json.dumps({"days": days, "comparison": None if found is None else write_json(found)}))
    elif found is None:
        print("There is nothing to compare: no [challenger] is configured, and none has read anything here.")
    else:
        _print(found, days)


def write_json(found: "ReaderComparison") -> dict[str, Any]:
    """Return a comparison as JSON."""
    agreement = found.agreement
    return {
        "champion": found.pairing.champion,
        "challenger": found.pairing.challenger,
        "images": {state.value: number for state, number in found.states.items()},
        "agreement": None
        if agreement is None
        else {name: getattr(agreement, name) for name in ("images", "studies", "observed", "kappa", "low", "high")},
        "changes": [
            {"champion": each.champion, "challenger": each.challenger, "images": each.images} for each in found.changes
        ],
        "same_region": found.same_region,
        "mean_difference": found.difference[0] if found.difference else None,
        "mean_distance": found.difference[1] if found.difference else None,
        "reported": None
        if found.reported is None
        else dict(zip(("champion", "challenger"), map(_reported_json, found.reported), strict=True)),
        "said": {"champion": _side_json(found.champion), "challenger": _side_json(found.challenger)},
    }


def _reported_json(reported: "Reported") -> dict[str, Any]:
    from dataclasses import asdict

    shares = {"sensitivity": reported.sensitivity, "specificity": reported.specificity}
    return {"studies": reported.studies, **{name: asdict(each) if each else None for name, each in shares.items()}}


def _side_json(side: "Side") -> dict[str, Any]:
    from dicom_node.reader_comparison import PERCENTILES

    names = [f"p{each}" for each in PERCENTILES]
    return {
        "statements": dict(side.statements),
        "failures": dict(side.failures),
        "probability": dict(zip(names, side.probabilities, strict=False)),
        "milliseconds": dict(zip(names, side.milliseconds, strict=False)),
    }


def _print(found: "ReaderComparison", days: int) -> None:
    from dicom_node.challenger_ports import ChallengeState

    numbers = ", ".join(f"{found.states.get(each, 0)} {each.value}" for each in ChallengeState)
    print(f"champion   {found.pairing.champion}")
    print(f"challenger {found.pairing.challenger}")
    print(f"images of {days} {'day' if days == 1 else 'days'}: {numbers}")
    if found.agreement is None:
        print("No image was read by both yet: there is nothing to compare.")
        return
    print(describe_agreement(found.agreement))
    if found.same_region is not None:
        print(f"same region: {found.same_region:.1%}")
    if found.difference is not None:
        print(f"probability of the challenger: {found.difference[0]:+.3f} on average, {found.difference[1]:.3f} apart")
    _print_changes(found)
    _print_sides(found)
    if found.reported is not None:
        _print_reported(found.reported)
    print("Where they differ, either may be right. The challenger's times are those of the lowest priority.")


def describe_agreement(agreement: "Agreement") -> str:
    """Return how far both agree, in a sentence."""
    from dicom_node.cli.terminal import count

    images = f"{count(agreement.images, 'image')} of {count(agreement.studies, 'study')}"
    said = f"{images}: the same statement of {agreement.observed:.1%}"
    if agreement.kappa is None:
        return f"{said}; kappa is not defined, for both say the same one thing of every image"
    if agreement.low is None or agreement.high is None:
        return f"{said}; kappa {agreement.kappa:.3f} (one study: no interval)"
    return f"{said}; kappa {agreement.kappa:.3f} (95 %: {agreement.low:.3f} to {agreement.high:.3f})"


def _print_changes(found: "ReaderComparison") -> None:
    from dicom_node.cli.terminal import make_table, print_table

    if not found.changes:
        print("changed statements: none")
        return
    table = make_table(("champion", "challenger", "images"), title="changed statements", numbers=("images",))
    for each in found.changes:
        table.add_row(_write(each.champion), _write(each.challenger), str(each.images))
    print_table(table)


def _print_sides(found: "ReaderComparison") -> None:
    from dicom_node.cli.terminal import make_table, print_table
    from dicom_node.reader_comparison import PERCENTILES
    from domain.comparison import Statement

    columns = ("", "champion", "challenger")
    table = make_table(columns, numbers=columns[1:])
    both = found.champion, found.challenger
    for statement in Statement:
        table.add_row(_write(statement), *(str(each.statements.get(statement, 0)) for each in both))
    table.add_row("reading failed", *(_write_failures(each) for each in both))
    for place, percentile in enumerate(PERCENTILES):
        table.add_row(f"probability, {percentile} %", *_numbers(both, lambda each: each.probabilities, place, "{:.3f}"))
    for place, percentile in enumerate(PERCENTILES):
        table.add_row(f"milliseconds, {percentile} %", *_numbers(both, lambda each: each.milliseconds, place, "{:.0f}"))
    print_table(table)


def _print_reported(reported: "tuple[Reported, Reported]") -> None:
    from dicom_node.cli.terminal import make_table, print_table

    columns = ("beside final reports", "champion", "challenger")
    table = make_table(columns, title=f"{reported[0].studies} studies with a final report, read whole by both")
    table.add_row("sensitivity", *(_write_share(each.sensitivity) for each in reported))
    table.add_row("specificity", *(_write_share(each.specificity) for each in reported))
    print_table(table)


def _write_share(share: "Estimate | None") -> str:
    return "-" if share is None else f"{share.value:.1%} ({share.low:.1%} to {share.high:.1%}) of {share.number}"


def _numbers(
    both: "Sequence[Side]", of: "Callable[[Side], Sequence[float]]", place: int, written: str
) -> tuple[str, ...]:
    return tuple(written.format(of(each)[place]) if of(each) else "-" for each in both)


def _write_failures(side: "Side") -> str:
    return ", ".join(f"{number} {code}" for code, number in sorted(side.failures.items())) or "0"


def _write(statement: str) -> str:
    return statement.replace("_", " ")
