"""osteonode agreement: how the answers agree with the final reports."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from dicom_node.cli.options import ConfigFile

if TYPE_CHECKING:
    from dicom_node.agreement_ports import Comparison, ReportsNow
    from dicom_node.report_agreement import Agreement
    from inference.diagnostic_accuracy import Estimate

Since = Annotated[
    datetime | None,
    typer.Option(
        "--since",
        formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"],
        help="Only what came, or was compared, from this time on, UTC.",
    ),
]
Studies = Annotated[
    bool,
    typer.Option("--studies", help="List the studies where the answer and the report contradict each other."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]
_SAID: Final = ("fracture", "doubtful", "no_fracture", "not_stated")
_HEADS: Final = ("our answer", "fracture", "doubtful", "no fracture", "not stated")
_GROUP_HEADS: Final = ("", "", "studies", "sensitivity", "specificity", "PPV", "kappa", "not stated")
_MEASURES: Final = (
    ("sensitivity", "present or doubt, of those with a fracture in the report"),
    ("sensitivity_present", "present alone, of the same"),
    ("specificity", "absent, of those without a fracture in the report"),
    ("predictive_value", "a fracture in the report, of those called present (PPV)"),
    ("negative_predictive_value", "no fracture in the report, of those called absent (NPV)"),
    ("kappa", "absent, doubt, present beside no fracture, doubtful, fracture; linear weights"),
)
_CAUTION: Final = (
    "A report is one radiologist's, who may have seen the answer: this is agreement, not truth. Studies that were not",
    "analysed count in no measure; reports are read by rules (docs/hl7.md), and not stated is what the rules leave.",
)


def agreement(
    config: ConfigFile = None, since: Since = None, studies: Studies = False, as_json: AsJson = False
) -> None:
    """Compare the answers with the final reports that the information system sent (`[final_reports]`).

    By region, sender and models, with 95 % intervals: Wilson's for shares, a bootstrap for kappa. An answer is that
    which stood when the report came, or the first one after it.
    """
    from config.load import load_settings
    from dicom_node.openings import open_agreement
    from dicom_node.report_agreement import count_agreement

    view = open_agreement(load_settings(config))
    from_time = since.replace(tzinfo=UTC) if since else None
    lines, now = count_agreement(view.tallies(from_time)), view.reports_now(from_time)
    if as_json:
        print(json.dumps(_as_json(lines, view.contradicting(from_time), now, from_time)))
        return
    _print_reports(now)
    if lines[0].studies:
        _print_all(lines[0])
        _print_groups(lines[1:])
        print("\n".join(_CAUTION))
    if studies:
        _print_studies(view.contradicting(from_time))


def _print_reports(now: "ReportsNow") -> None:
    if not now.received:
        print("No final report has come: `[final_reports]` takes ORU^R01 at the port of `[orders]` (docs/hl7.md).")
        return
    counts = {
        "compared": now.compared,
        "of studies that are not here": now.unmatched,
        "of studies without an answer yet": now.unanswered,
        "withdrawn": now.withdrawn,
        **{f"not compared: {remark.replace('_', ' ')}": number for remark, number in sorted(now.refused.items())},
    }
    said = ", ".join(f"{number} {what}" for what, number in counts.items() if number)
    print(f"{now.received} final reports: {said}.")


def _print_all(line: "Agreement") -> None:
    from dicom_node.cli.terminal import make_table, print_table
    from domain.final_report import ReportStatement, StudyAnswer

    table = make_table(_HEADS, numbers=_HEADS[1:], title=f"{line.studies} studies, by what their reports say")
    for answer in StudyAnswer:
        counts = (str(line.count((answer,), (ReportStatement(said),))) for said in _SAID)
        table.add_row(answer.replace("_", " "), *counts)
    print_table(table)
    measures = make_table(("measure", "value", "95 %", "of", "what it is"), numbers=("value", "95 %", "of"))
    for name, words in _MEASURES:
        measures.add_row(name.replace("_", " "), *_describe(getattr(line, name), _format_of(name)), words)
    print_table(measures)


def _print_groups(lines: "Sequence[Agreement]") -> None:
    from dicom_node.cli.terminal import make_table, print_table

    table = make_table(_GROUP_HEADS, numbers=_GROUP_HEADS[2:])
    for each in lines:
        shown = (_value(getattr(each, name), _format_of(name)) for name in _GROUPED)
        table.add_row(each.grouping, (each.name[:12] or "-"), str(each.studies), *shown)
    print_table(table)


_GROUPED: Final = ("sensitivity", "specificity", "predictive_value", "kappa", "not_stated")


def _print_studies(contradicting: "Sequence[Comparison]") -> None:
    from dicom_node.cli.terminal import make_table, print_table

    if not contradicting:
        print("No answer and report contradict each other.")
        return
    table = make_table(("study", "version", "our answer", "the report", "rule"))
    for each in contradicting:
        said = each.statement.replace("_", " ")
        table.add_row(each.study_instance_uid, str(each.version), each.answer, said, each.rule)
    print_table(table)
    print("`osteonode show STUDY` says more of one.")


def _format_of(name: str) -> Callable[[float], str]:
    return "{:.2f}".format if name == "kappa" else "{:.1%}".format


def _describe(found: "Estimate | None", write: Callable[[float], str]) -> tuple[str, str, str]:
    return ("-", "-", "0") if found is None else (write(found.value), _interval(found, write), str(found.number))


def _value(found: "Estimate | None", write: Callable[[float], str]) -> str:
    return "-" if found is None else f"{write(found.value)} ({_interval(found, write)})"


def _interval(found: "Estimate", write: Callable[[float], str]) -> str:
    return f"{write(found.low)} to {write(found.high)}"


def _as_json(
    lines: "Sequence[Agreement]", contradicting: "Sequence[Comparison]", now: "ReportsNow", since: datetime | None
) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "since": since.isoformat() if since else None,
        "reports": asdict(now),
        "groups": [_group_json(each) for each in lines],
        "disagreements": [
            {
                "study_instance_uid": each.study_instance_uid,
                "version": each.version,
                "answer": each.answer,
                "report": each.statement,
                "rule": each.rule,
            }
            for each in contradicting
        ],
    }


def _group_json(line: "Agreement") -> dict[str, Any]:
    from dataclasses import asdict

    from domain.final_report import ReportStatement, StudyAnswer

    estimates = {name: getattr(line, name) for name in (*(name for name, _ in _MEASURES), "not_stated")}
    return {
        "by": line.grouping,
        "name": line.name or None,
        "studies": line.studies,
        "counts": {
            answer: {said: line.count((answer,), (said,)) for said in ReportStatement} for answer in StudyAnswer
        },
        **{name: asdict(value) if value else None for name, value in estimates.items()},
    }
