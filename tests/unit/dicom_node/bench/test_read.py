from pathlib import Path

import pytest

from config.settings import Reading
from dicom_node.bench.bars import judge
from dicom_node.bench.read import BARS
from dicom_node.bench.reading_steps import measure_steps
from dicom_node.bench.workload import write_studies
from dicom_node.cli.bench_tables import flatten
from tests.fakes.stand_in_bundle import write_bundle


def test_every_step_of_an_image_is_timed_in_its_order(tmp_path: Path) -> None:
    bundle, files = write_bundle(tmp_path / "bundle"), write_studies(tmp_path / "studies", 1)[0]
    steps = measure_steps(files, Reading(bundle=bundle, threads=1), tmp_path / "evidence")
    assert list(steps) == ["decode and window", "canvases", "stand-in-region", "stand-in-fracture", "picture"]
    assert all(each["number"] == 2 and 0 < each["p50_ms"] <= each["p95_ms"] for each in steps.values())
    assert len(list((tmp_path / "evidence").glob("*.png"))) == 1


def test_a_value_at_its_bar_does_not_meet_it() -> None:
    judged = judge({name: bar for name, bar in BARS.items()} | {"pss_mib": 857.9}, BARS)
    assert {name: each["met"] for name, each in judged.items()} == {
        "image_p50_ms": False,
        "start_to_ready_seconds": False,
        "pss_mib": True,
    }


def test_durations_and_bars_are_one_line_each_for_a_person() -> None:
    summary = {"number": 4, "p50_ms": 12.5, "p95_ms": 20.0, "least_ms": 11.0, "most_ms": 21.0}
    result = {"steps": {"canvases": summary}, "bars": judge(dict.fromkeys(BARS, 950.0), BARS), "threads": 2}
    shown = dict(flatten(result))
    assert shown["steps canvases"] == "12.5 ms, p95 20.0 ms (4)"
    assert shown["bars pss_mib"] == "950.0, NOT below 858.0"
    assert shown["threads"] == 2


@pytest.mark.parametrize("name", sorted(BARS))
def test_a_value_below_its_bar_meets_it(name: str) -> None:
    assert judge(dict.fromkeys(BARS, 0.0), BARS)[name]["met"] is True
