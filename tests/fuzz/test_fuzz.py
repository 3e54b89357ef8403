"""Bytes from outside, spoilt: a short walk with hypothesis and a short one guided by coverage. Longer: make fuzz."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.run import WATCHED
from tests.fuzz.spoiling import spoilt
from tests.fuzz.targets import TARGETS

PROJECT = Path(__file__).resolve().parents[2]
#: How many inputs a target is worth in a test run: those behind a socket take ten milliseconds each.
EXAMPLES = {"association": 60, "header": 300, "radiograph": 150, "acknowledgement": 300, "order": 150, "multipart": 200}
SECONDS = 3


def test_every_target_has_both_kinds_of_fuzzing() -> None:
    assert set(TARGETS) == set(EXAMPLES) == set(WATCHED)


# Decoders warn of what they repair; a node takes no warning for an error.
@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(TARGETS))
def test_spoilt_input_is_an_answer_and_no_fault(name: str) -> None:
    target = TARGETS[name]
    seeds = target.seeds()
    for seed in seeds:
        target.try_one(seed)

    @settings(max_examples=EXAMPLES[name], suppress_health_check=list(HealthCheck), database=None)
    @given(spoilt(seeds) | st.binary(max_size=400))
    def try_spoilt(data: bytes) -> None:
        target.try_one(data)

    try_spoilt()


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris has no wheel for this Python")
#: An association and its PDUs, a data set, a message; each costs the import of what is watched as well.
@pytest.mark.parametrize("name", ["acknowledgement", "association", "header"])
def test_a_few_seconds_guided_by_coverage_find_nothing(name: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.fuzz.run", name, "--seconds", str(SECONDS), "--corpus", str(tmp_path)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert len(list(tmp_path.iterdir())) > len(TARGETS[name].seeds()), "coverage led nowhere: nothing is instrumented"
