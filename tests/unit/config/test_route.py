from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.load import parse_settings
from config.route import Route
from config.route_faults import find_faults
from config.settings import Settings
from domain.document import DocumentKind
from domain.errors import ConfigError

DESTINATIONS = """
[[destination]]
name = "pacs"
kind = "dicom"
ae_title = "PACS"
host = "127.0.0.1"
port = 104
[[destination]]
name = "ris"
kind = "hl7"
host = "127.0.0.1"
port = 2575
"""
TAKES = {"pacs": frozenset({DocumentKind.STRUCTURED_REPORT}), "ris": frozenset({DocumentKind.HL7_ORU})}


def load(text: str) -> Settings:
    return parse_settings(DESTINATIONS + text, subject="site.toml", folder=Path("/site"))


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as error:
        load(text)
    return error.value.problems


def faults(*routes: dict[str, Any]) -> list[str]:
    made = [Route.model_validate({"name": f"r{n}", "destinations": []} | each) for n, each in enumerate(routes)]
    return [f"{fault.route}{fault.sentence}" for fault in find_faults(dict(enumerate(made)), TAKES)]


def test_a_route_is_data_and_a_single_text_stands_for_a_list_of_one() -> None:
    (route,) = load('[[route]]\nname = "a"\nregion = "wrist"\ntags.Modality = "DX"\ndestinations = ["ris"]\n').route
    assert (route.region, route.tags, route.kinds) == (("wrist",), {"Modality": ("DX",)}, {"ris": None})


def test_captures_that_a_route_lets_through_take_their_later_companion_along() -> None:
    route = Route(name="a", destinations=("pacs",), documents={"pacs": (DocumentKind.SECONDARY_CAPTURE,)})
    assert route.kinds == {"pacs": {DocumentKind.SECONDARY_CAPTURE, DocumentKind.LIME_CAPTURE}}


@pytest.mark.parametrize(
    ("route", "told"),
    [
        (
            'destinations = ["pcs"]',
            'line 15: route[1].destinations: there is no destination "pcs"; did you mean "pacs"?',
        ),
        ('destinations = []\ntags.BodyPart = "HAND"', "unknown keyword of PS3.6; did you mean BodyPartExamined?"),
        ('destinations = []\ntags.PixelData = "x"', "has no text that a pattern could match"),
        ('destinations = []\ntags.Modality = "/(/"', '"/(/" cannot stand here; no regular expression'),
        ('destinations = []\nfinding = ["maybe"]', 'route[1].finding[1] = "maybe" cannot stand here'),
        ('destinations = ["ris"]\ndocuments.pacs = ["hl7_oru"]', "not among the destinations of this route"),
        ('destinations = ["ris"]\ndocuments.ris = ["structured_report"]', "takes none of these; leave it out"),
        ('destinations = ["ris"]\ndocuments.ris = ["oru"]', 'route[1].documents.ris[1] = "oru" cannot stand here'),
    ],
)
def test_a_route_that_cannot_be_followed_is_told_with_its_place(route: str, told: str) -> None:
    (problem,) = problems(f'[[route]]\nname = "a"\n{route}\n')
    assert told in problem


def test_faults_of_routes_are_told_beside_those_of_other_tables() -> None:
    told = problems(
        '[node]\nport = "x"\n[[destination]]\nname = "f"\nkind = "folder"\n[[route]]\nname = "a"\n'
        'destinations = ["nowhere"]\n'
    )
    assert [
        next(key for key in ("node.port", "destination[3].folder", "route[1].destinations") if key in each)
        for each in told
    ] == ["node.port", "destination[3].folder", "route[1].destinations"]


@pytest.mark.parametrize(
    "routes",
    [
        [{}, {"finding": ["present"]}],
        [{"finding": ["present", "doubt"]}, {"finding": ["absent", "not_analysed"]}, {"tier": ["full"]}],
        [{"tags": {"Modality": ["DX", "CR"]}}, {"tags": {"Modality": "dx"}, "finding": ["present"]}],
        [{"calling_ae_title": "ROOM*"}, {"calling_ae_title": ["ROOM1", "ROOM2"]}],
        [{"probability_at_least": 0.2}, {"probability_at_least": 0.5}],
        [{"finding": ["absent"], "region": "hand"}, {"finding": ["absent"], "region": "hand", "tier": ["types"]}],
    ],
)
def test_a_route_that_an_earlier_one_leaves_nothing_is_told(routes: list[dict[str, Any]]) -> None:
    (fault,) = faults(*routes)
    assert fault.startswith(f"{len(routes) - 1}: this route can never fire")


@pytest.mark.parametrize(
    "routes",
    [
        [{"finding": ["present"]}, {}],
        [{"tags": {"Modality": "DX"}}, {"tags": {"Modality": "*"}}],
        [{"tags": {"Modality": "DX"}}, {"tags": {"BodyPartExamined": "DX"}}],
        [{"probability_at_least": 0.5}, {"probability_at_least": 0.2}, {}],
        [{"region": "hand", "tier": ["full"]}, {"region": "hand"}],
    ],
)
def test_a_route_that_can_fire_is_not_told(routes: list[dict[str, Any]]) -> None:
    assert faults(*routes) == []


_CONDITIONS = st.fixed_dictionaries(
    {},
    optional={
        "finding": st.lists(st.sampled_from(["present", "doubt", "absent", "not_analysed"]), unique=True),
        "tier": st.lists(st.sampled_from(["classification", "types", "full"]), unique=True),
        "region": st.lists(st.sampled_from(["hand", "h*", "wrist"]), max_size=2, unique=True),
    },
)


@given(st.lists(_CONDITIONS, min_size=1, max_size=4))
def test_a_route_of_which_it_is_told_never_fires(conditions: list[dict[str, Any]]) -> None:
    from itertools import product

    from dicom_node.pipeline.routing import judge
    from dicom_node.pipeline.traits import StudyTraits
    from domain.routing import RoutedFinding
    from domain.tier import Tier

    never = {int(fault[0]) for fault in faults(*conditions)}
    routes = [Route.model_validate({"name": f"r{n}", "destinations": []} | c) for n, c in enumerate(conditions)]
    for finding, tier, region in product(RoutedFinding, Tier, ["hand", "hip", "wrist", ""]):
        study = StudyTraits(finding=finding, tier=tier, regions=(region,))
        fired = [number for number, each in enumerate(judge(routes, study)) if each.fired]
        assert not never & set(fired)


def test_the_routes_of_the_manual_hold_as_they_stand() -> None:
    manual = (Path(__file__).parents[3] / "docs" / "delivery.md").read_text(encoding="utf-8")
    routes = manual.split("```toml\n")[1].split("```")[0]
    more = "".join(
        f'[[destination]]\nname = "{name}"\nkind = "folder"\nfolder = "{name}"\n' for name in ("hand-surgery", "trauma")
    )
    assert [route.name for route in load(more + routes).route] == ["emergency", "negatives", "hands", "hips"]
