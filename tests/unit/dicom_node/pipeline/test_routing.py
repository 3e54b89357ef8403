"""Who gets an answer: by rules, and whoever got an earlier version in any case."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from dicom_node.ledger.interventions import Interventions
from dicom_node.pipeline.delivering import NOTHING_TO_CORRECT_WITH
from dicom_node.pipeline.routing import decide, judge, take_back
from dicom_node.pipeline.traits import StudyTraits, read_tags
from domain.correction import Retraction, RetractionReason
from domain.delivery import DeliveryState
from domain.document import DocumentKind
from domain.finding import Fracture, FractureState, ImageReading, Labelled, ReadingStatus, Reason, StudyFindings
from domain.routing import RoutedFinding
from domain.tier import Tier
from tests.fakes.hospital import make_settings
from tests.fakes.radiographs import make_radiograph, save_radiograph
from tests.unit.dicom_node.pipeline.workbench import Workbench

REPORT = DocumentKind.STRUCTURED_REPORT
WRIST = StudyTraits(
    finding=RoutedFinding.PRESENT,
    probability=0.8,
    regions=("wrist", "hand"),
    calling_ae_titles=("ROOM1",),
    called_ae_titles=("OSTEONODE",),
    tier=Tier.FULL,
    tags={"BodyPartExamined": ("WRIST", ""), "StationName": ("X1",)},
)


def settings_with(folder: Path, *routes: dict[str, Any]) -> Settings:
    named = [{"name": f"route-{number}", "destinations": []} | each for number, each in enumerate(routes, start=1)]
    return make_settings(folder, pacs=104, ris=2575, quiet_seconds=10, route=named)


def follow(bench: Workbench, *routes: dict[str, Any]) -> None:
    """Let the bench route by these rules from now on."""
    bench.parts = replace(bench.parts, settings=settings_with(bench.folder, *routes))


def recipients(bench: Workbench, version: int = 1, study: str = "1") -> list[str]:
    return [each.destination for each in bench.history(study).deliveries if each.version == version]


def fired(settings: Settings, traits: StudyTraits) -> str:
    return decide(settings, traits, {}).route


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"finding": ["present"]}, True),
        ({"finding": ["doubt", "absent"]}, False),
        ({"probability_at_least": 0.8}, True),
        ({"probability_at_least": 0.81}, False),
        ({"region": "hand"}, True),
        ({"region": ["hip", "ank*"]}, False),
        ({"calling_ae_title": "room?"}, True),
        ({"calling_ae_title": "ROOM2"}, False),
        ({"called_ae_title": "OSTEONODE"}, True),
        ({"tier": ["types"]}, False),
        ({"tags": {"BodyPartExamined": "/^WR/"}}, True),
        ({"tags": {"BodyPartExamined": ""}}, True),
        ({"tags": {"StationName": ""}}, False),
        ({"tags": {"BodyPartExamined": "WRIST", "StationName": "X2"}}, False),
    ],
)
def test_each_condition_is_met_by_what_one_image_has(tmp_path: Path, condition: dict[str, Any], holds: bool) -> None:
    (judged,) = judge(settings_with(tmp_path, condition).route, WRIST)
    assert judged.holds is holds


def test_the_first_route_whose_conditions_all_hold_decides_alone(tmp_path: Path) -> None:
    settings = settings_with(
        tmp_path,
        {"finding": ["absent"], "destinations": ["ris"]},
        {"region": "wrist", "destinations": ["pacs"], "documents": {"pacs": ["structured_report"]}},
        {"destinations": ["ris"]},
    )
    routing = decide(settings, WRIST, {})
    assert (routing.route, dict(routing.documents)) == ("route-2", {"pacs": frozenset({REPORT})})
    assert [(each.asked, each.holds) for each in routing.judged] == [(True, False), (True, True), (False, True)]


def test_where_no_route_fires_everything_goes_everywhere(tmp_path: Path) -> None:
    routing = decide(settings_with(tmp_path, {"region": "hip"}), WRIST, {})
    assert (routing.route, dict(routing.documents)) == ("", {"pacs": None, "ris": None})


def test_what_is_not_known_of_a_study_meets_no_condition_and_is_said(tmp_path: Path) -> None:
    (judged,) = judge(settings_with(tmp_path, {"finding": ["present"], "tier": ["full"]}).route, StudyTraits())
    assert (judged.holds, judged.fired) == (None, False)


def reading(state: FractureState | None) -> ImageReading:
    fracture = Fracture(state, 0.5, (0.4, 0.6)) if state else None
    reason = None if state else Reason("multi-frame", "x")
    status = ReadingStatus.READ if state else ReadingStatus.NOT_ANALYSED
    return ImageReading(
        "1", "1", status, "m", reason, region=Labelled("hand", 1.0) if state else None, fracture=fracture
    )


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([FractureState.ABSENT], "absent"),
        ([FractureState.ABSENT, None], "not_analysed"),
        ([FractureState.DOUBT, None], "doubt"),
        ([FractureState.PRESENT, FractureState.ABSENT], "present"),
        ([None], "not_analysed"),
    ],
)
def test_absent_is_only_what_was_analysed_as_a_whole(states: list[FractureState | None], expected: str) -> None:
    readings = tuple(reading(state) for state in states)
    worst = max(
        (each.fracture for each in readings if each.fracture), key=lambda f: list("adp").index(f.state[0]), default=None
    )
    assert RoutedFinding.of(StudyFindings("1", "m", readings, worst)) == expected


def test_values_are_read_of_every_image_and_what_cannot_be_read_has_none(tmp_path: Path) -> None:
    hand = make_radiograph(1, BodyPartExamined="HAND", ImageType=["ORIGINAL", "PRIMARY"])
    path = save_radiograph(hand, tmp_path / "1.dcm")
    (tmp_path / "2.dcm").write_bytes(b"no image")
    tags = read_tags([path, tmp_path / "2.dcm"], ["BodyPartExamined", "ImageType"])
    assert tags == {"BodyPartExamined": ("HAND", ""), "ImageType": ("ORIGINAL", "PRIMARY", "")}


def test_an_answer_goes_where_its_route_says_and_the_ledger_keeps_why(bench: Workbench) -> None:
    follow(bench, {"finding": ["absent"]}, {"calling_ae_title": "MODALITY", "destinations": ["ris"]})
    bench.arrive("1", "1")
    bench.complete()
    assert recipients(bench) == ["ris"]
    kept = bench.ledger.routing("1.1", 1)
    assert kept is not None
    assert (kept.route, kept.judged[1].conditions[0].wanted) == ("route-2", '"MODALITY"')
    assert kept.judged[0].conditions[0].found == ()


def test_what_was_kept_holds_although_the_routes_changed_before_the_attempt(bench: Workbench) -> None:
    follow(bench, {"destinations": ["pacs", "ris"], "documents": {"pacs": ["structured_report_comprehensive"]}})
    bench.arrive("1", "1")
    bench.complete()
    assert recipients(bench) == ["ris"]
    follow(bench, {"destinations": ["pacs"]})
    bench.deliver()
    assert (len(bench.pacs.attempts), len(bench.ris.attempts)) == (0, 1)


def test_who_got_the_first_version_gets_the_second_whatever_the_routes_say_of_it(bench: Workbench) -> None:
    follow(bench, {"destinations": ["pacs"]})
    bench.arrive("1", "1")
    bench.complete()
    follow(bench, {"destinations": ["ris"]})
    bench.arrive("1", "2")
    bench.complete()
    bench.deliver()
    bench.deliver()
    assert recipients(bench, 2) == ["pacs", "ris"]
    assert [each[0].version for each in bench.pacs.attempts] == [1, 2]
    kept = bench.ledger.routing("1.1", 2)
    assert kept is not None
    assert (kept.route, kept.corrected) == ("route-1", ("pacs",))


def test_a_correction_brings_the_kinds_that_the_first_version_brought_beside_its_own(bench: Workbench) -> None:
    earlier = {"pacs": frozenset({REPORT}), "gone": None}
    settings = settings_with(bench.folder, {"destinations": ["pacs"], "documents": {"pacs": ["secondary_capture"]}})
    routing = decide(settings, WRIST, earlier)
    captures = {DocumentKind.SECONDARY_CAPTURE, DocumentKind.LIME_CAPTURE}
    assert dict(routing.documents) == {"pacs": {REPORT} | captures, "gone": None}


def test_a_retraction_goes_to_whoever_got_what_it_takes_back_and_to_nobody_else(bench: Workbench) -> None:
    follow(bench, {"finding": ["not_analysed"], "destinations": ["pacs"]}, {"destinations": ["ris"]})
    bench.arrive("1", "1")
    bench.complete()
    Interventions(bench.engine, bench.clock, bench.starts).retract("1.1", Retraction(RetractionReason.OTHER))
    assert bench.answer() == ["answered"]
    assert (recipients(bench), recipients(bench, 2)) == (["ris"], ["ris"])


def test_without_routes_a_retraction_goes_to_everybody(tmp_path: Path) -> None:
    assert set(take_back(settings_with(tmp_path), {"pacs": None}).documents) == {"pacs", "ris"}


def test_who_cannot_get_the_correction_is_held_for_a_person_to_see(bench: Workbench) -> None:
    bench.arrive("1", "1")
    bench.complete()
    bench.deliver()
    settings = bench.parts.settings
    pacs, ris = settings.destination
    only_states = pacs.model_copy(update={"documents": (DocumentKind.PRESENTATION_STATE,)})
    bench.parts = replace(bench.parts, settings=settings.model_copy(update={"destination": (only_states, ris)}))
    bench.arrive("1", "2")
    bench.complete()
    bench.deliver()
    held = bench.ledger.delivery("1.1", 2, "pacs")
    assert (held.state, held.explanation) == (DeliveryState.HELD, NOTHING_TO_CORRECT_WITH)


def test_an_answer_that_goes_to_nobody_is_kept_and_answered(bench: Workbench) -> None:
    follow(bench, {"destinations": []})
    bench.arrive("1", "1")
    assert bench.complete() == ["answered"]
    assert recipients(bench) == []
    assert len(bench.history("1").documents) == 2
