from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from domain.finding import MemberScore
from inference.explain.heat_maps import HeatMaps
from inference.reader import Reader, Reading
from tests.fakes.pixel_images import WHOLE_WINDOW, make_image, planted
from tests.fakes.sessions import make_entry
from tests.fakes.stand_in_bundle import edit_manifest, write_bundle

POINTS = {"any": {"doubt_from": 0.3, "present_from": 0.6}}
BROUGHT = make_entry("brought-along", "fracture", ("fracture_probability",), backend="keras")


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Reading:
    """A reading of the stand-in bundle to which a Keras member without a map has spoken as well."""
    reader = Reader(write_bundle(tmp_path_factory.mktemp("bundle")), threads=1)
    found = reader.read(make_image(planted(300, 200, (150, 60), 30), **WHOLE_WINDOW))
    more = MemberScore("brought-along", "1.0.0", "0" * 64, 0.999, 1.0)
    return replace(found, image=replace(found.image, members=(*found.image.members, more)))


def _maps(folder: Path, weight: float) -> HeatMaps:
    def join(manifest: dict[str, Any]) -> None:
        manifest["models"].append(BROUGHT.model_dump(mode="json", exclude_none=True))
        weights = {"stand-in-fracture": 1.0, "brought-along": weight}
        manifest["fusion"] = {"weights": weights, "intercept": 0.0, "operating_points": POINTS}

    return HeatMaps(edit_manifest(write_bundle(folder / "bundle"), join))


@pytest.mark.parametrize("weight", [0.0, 1.0])
def test_the_map_of_the_pass_is_shown_where_a_gradient_shows_no_more(
    weight: float, reading: Reading, tmp_path: Path
) -> None:
    heat = _maps(tmp_path, weight).of(reading)
    assert heat is not None
    assert (heat.model, heat.origin, heat.problem) == ("stand-in-fracture", "the model's own map", "")
    assert heat.pixels == pytest.approx(reading.heat_map)


@pytest.mark.parametrize(("weight", "asked"), [(0.0, None), (1.0, "brought-along")])
def test_areas_by_gradient_are_shown_before_the_points_of_a_detector_but_not_by_a_member_without_weight(
    weight: float, asked: str | None, reading: Reading, tmp_path: Path
) -> None:
    points = make_entry("stand-in-fracture", "detector", ("fracture_logit", "centres", "distances"))
    chosen = _maps(tmp_path, weight)._choose(replace(reading, mapped_by=points))
    assert (chosen.name if chosen else None) == asked


def test_where_no_member_can_show_anything_there_is_no_map(tmp_path: Path, reading: Reading) -> None:
    silent = replace(reading.image, members=())
    assert _maps(tmp_path, 1.0).of(Reading(silent, reading.shown)) is None
