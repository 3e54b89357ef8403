"""osteonode route: which rule decides where an answer goes, and why."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dicom_node.cli.options import ConfigFile
from domain.routing import RoutedFinding
from domain.tier import Tier

if TYPE_CHECKING:
    from config.settings import Settings
    from dicom_node.ledger.routings import RoutedStudy
    from dicom_node.pipeline.traits import StudyTraits
    from domain.routing import Routing

What = Annotated[
    list[str],
    typer.Argument(
        help="Study Instance UID or accession number; or DICOM files and folders of one study.",
        metavar="STUDY|PATH...",
    ),
]
Routes = Annotated[
    Path | None,
    typer.Option(
        "--routes",
        help="Try the routes and destinations of this file instead. Default: those of --config.",
        metavar="FILE",
    ),
]
Finding = Annotated[
    RoutedFinding | None,
    typer.Option("--finding", help="What the most suspicious image says. Default: what was found."),
]
Probability = Annotated[
    float | None,
    typer.Option("--probability", min=0, max=1, help="Its fracture probability, 0 to 1. Default: what was found."),
]
Region = Annotated[
    list[str] | None,
    typer.Option("--region", help="A region the models see; may stand several times. Default: what was found."),
]
Calling = Annotated[str | None, typer.Option("--calling", help="AE title it came from. Default: as it came.")]
Called = Annotated[str | None, typer.Option("--called", help="AE title it was sent to. Default: as it came.")]
TierOption = Annotated[Tier | None, typer.Option("--tier", help="Tier it is answered at. Default: as it came.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


@dataclass(frozen=True, slots=True)
class _Trial:
    """What is routed, and where it went when it was answered."""

    title: str
    traits: "StudyTraits"
    routing: "Routing"
    kept: "Routing | None" = None


def route(
    what: What,
    config: ConfigFile = None,
    routes: Routes = None,
    finding: Finding = None,
    probability: Probability = None,
    region: Region = None,
    calling: Calling = None,
    called: Called = None,
    tier: TierOption = None,
    as_json: Json = False,
) -> None:
    """Say which route decides where the answer of a study goes, why, and by which condition each other did not.

    Nothing is sent and nothing is changed. For a study of the ledger it also says where it went when it was answered;
    for files, which nobody has read, give what should have been found: --finding, --region, --probability. Values of
    attributes that may name a patient are compared and not shown.
    """
    from config.load import load_settings

    settings = load_settings(config)
    rules = load_settings(routes) if routes is not None else settings
    given = {
        "finding": finding,
        "probability": probability,
        "regions": tuple(region) if region else None,
        "calling_ae_titles": (calling,) if calling is not None else None,
        "called_ae_titles": (called,) if called is not None else None,
        "tier": tier,
    }
    stated = {name: value for name, value in given.items() if value is not None}
    paths = [Path(each) for each in what]
    trial = (
        _try_files(paths, rules, stated)
        if all(path.exists() for path in paths)
        else _try_study(what, settings, rules, stated)
    )
    (_print_json if as_json else _print_tables)(trial, rules)


def _try_study(what: Sequence[str], settings: "Settings", rules: "Settings", stated: Mapping[str, Any]) -> _Trial:
    from dicom_node.cli.ledger_access import require_study
    from dicom_node.openings import open_ledger
    from dicom_node.pipeline.routing import decide, take_back
    from dicom_node.pipeline.traits import traits_of

    if len(what) != 1:
        missing = next(each for each in what if not Path(each).exists())
        raise typer.BadParameter(f"there is no file {missing}; name one study, or files", param_hint="STUDY|PATH")
    ledger = open_ledger(settings)
    uid = require_study(ledger, what[0])
    ledger.acts.looked(uid)
    study = ledger.view.routed_study(uid)
    traits = replace(traits_of(study.instances, study.findings, rules.route), **stated)
    routing = take_back(rules, study.earlier) if study.retracts else decide(rules, traits, study.earlier)
    if study.version in ledger.view.shadow_versions(uid):
        state, kept = "made in shadow mode: nothing was sent, and this is where it would go", None
    else:
        state, kept = _describe_state(study), study.routing
    return _Trial(f"study {uid} version {study.version}, {state}", traits, routing, kept)


def _describe_state(study: "RoutedStudy") -> str:
    return "a retraction" if study.retracts else "answered" if study.findings else "not answered yet"


def _try_files(paths: Sequence[Path], rules: "Settings", stated: Mapping[str, Any]) -> _Trial:
    from dicom_node.cli.image_files import find_images
    from dicom_node.pipeline.routing import decide
    from dicom_node.pipeline.traits import StudyTraits, keywords_of, read_tags

    files = find_images(paths)
    studies = [uid for uid in read_tags(files, ["StudyInstanceUID"]).get("StudyInstanceUID", ()) if uid]
    if len(studies) != 1:
        raise typer.BadParameter(f"these files are of {len(studies)} studies; name those of one", param_hint="PATH")
    tags = read_tags(files, keywords_of(rules.route))
    traits = replace(StudyTraits(tags=tags), **stated)
    return _Trial(f"study {studies[0]} of {len(files)} files", traits, decide(rules, traits, {}))


def _print_json(trial: _Trial, _rules: "Settings") -> None:
    from dicom_node.cli.routes import describe_routing, list_unknown

    described = {
        "title": trial.title,
        **describe_routing(trial.routing),
        "unknown": list_unknown(trial.routing),
        "when_answered": describe_routing(trial.kept) if trial.kept is not None else None,
    }
    print(json.dumps(described, ensure_ascii=False, indent=2))


def _print_tables(trial: _Trial, rules: "Settings") -> None:
    from dicom_node.cli.routes import list_rows, list_unknown
    from dicom_node.cli.terminal import make_table, print_table

    print(trial.title)
    if rows := list(list_rows(trial.routing)):
        table = make_table(("route", "fired", "condition", "wanted", "here", "met"), title="routes")
        for row in rows:
            table.add_row(*row)
        print_table(table)
    print(_write_decision(trial.routing, has_routes=bool(rules.route)))
    if unknown := list_unknown(trial.routing):
        print(f"An earlier route may fire: that depends on what is not known here. Give {', '.join(unknown)}.")
    _print_destinations(trial.routing, rules)
    if trial.kept is not None:
        _print_kept(trial.kept, trial.routing)


def _write_decision(routing: "Routing", *, has_routes: bool) -> str:
    if routing.route:
        return f'Route "{routing.route}" decides: the first whose conditions all hold.'
    if not has_routes:
        return "There is no [[route]]: every destination gets what it takes."
    if not routing.judged:
        return "A retraction goes to whoever got what it takes back, whatever the routes say."
    return "No route fires: every destination gets what it takes."


def _print_destinations(routing: "Routing", rules: "Settings") -> None:
    from dicom_node.cli.terminal import make_table, print_table
    from dicom_node.config_check.route_words import write_kinds

    table = make_table(("destination", "gets", "because"), title="destinations")
    for name in dict.fromkeys((*(each.name for each in rules.destination), *routing.documents)):
        why = "it got an earlier version" if name in routing.corrected else "-"
        table.add_row(name, write_kinds(routing.kinds_for(name)), why)
    print_table(table)


def _print_kept(kept: "Routing", now: "Routing") -> None:
    same = dict(kept.documents) == dict(now.documents) and kept.route == now.route
    went = ", ".join(name for name, kinds in kept.documents.items() if kinds is None or kinds) or "nobody"
    how = f'by route "{kept.route}"' if kept.route else "by no route"
    print(f"When it was answered: {how}, to {went}{'.' if same else '; these routes decide otherwise.'}")
