"""One file, one answer: the shipped bundle on processors that lack what this one has.

OpenVINO, OpenCV and numpy are each told to leave instructions of this processor alone, in a process of their own.
"""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from inference.backends.processor import has_precision

needs_bf16 = pytest.mark.skipif(not has_precision("bf16"), reason="needs a processor with bfloat16")
pytestmark = pytest.mark.slow

#: What a process leaves alone: as on a processor of 2013, of 2017, and of before AVX2.
RESTRICTED = {
    "AVX2": {
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "OPENCV_CPU_DISABLE": "AVX512-SKX",
        "NPY_DISABLE_CPU_FEATURES": "X86_V4,AVX512_ICL,AVX512_SPR",
    },
    "AVX512": {"ONEDNN_MAX_CPU_ISA": "AVX512_CORE", "NPY_DISABLE_CPU_FEATURES": "AVX512_ICL,AVX512_SPR"},
    "SSE41": {"ONEDNN_MAX_CPU_ISA": "SSE41"},
}
#: Sums in another order: a probability moves by 2e-8 and a box by 5e-6 px.
PROBABILITY_TOLERANCE, BOX_TOLERANCE_PX = 1e-5, 0.01
Answers = list[list[Any]]


def _run(precision: str, processor: str = "") -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", "tests.fakes.sample_answers", precision)
    environment = os.environ | RESTRICTED.get(processor, {})
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def _answer(precision: str, processor: str = "") -> Answers:
    done = _run(precision, processor)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def native() -> Answers:
    return _answer("f32")


def test_the_samples_are_read_and_more_than_one_thing_is_said(native: Answers) -> None:
    assert {state for state, *_ in native} >= {"present", "absent"}
    assert len(native) >= 6


@pytest.mark.parametrize("processor", ["AVX2", "AVX512"])
def test_f32_says_the_same_on_every_processor(processor: str, native: Answers) -> None:
    restricted = _answer("f32", processor)
    assert [each[:2] for each in restricted] == [each[:2] for each in native]
    for mine, theirs in zip(restricted, native, strict=True):
        assert mine[2] == pytest.approx(theirs[2], abs=PROBABILITY_TOLERANCE)
        assert len(mine[3]) == len(theirs[3])
        for box, other in zip(mine[3], theirs[3], strict=True):
            assert box[:4] == pytest.approx(other[:4], abs=BOX_TOLERANCE_PX)


def test_a_processor_without_avx2_is_refused_at_start_and_gives_no_answer() -> None:
    done = _run("f32", "SSE41")
    assert (done.returncode, done.stdout) == (1, "")
    assert "OpenVINO cannot compile the model" in done.stderr


@pytest.mark.parametrize("precision", ["bf16", "int8"])
def test_a_precision_that_the_runtime_may_not_use_is_refused_and_never_computed_in_f32(precision: str) -> None:
    done = _run(precision, "AVX2")
    assert (done.returncode, done.stdout) == (1, "")
    assert "no bfloat16 arithmetic" in done.stderr or "OpenVINO cannot compile the model" in done.stderr


@needs_bf16
@pytest.mark.parametrize("precision", ["bf16", "int8"])
def test_another_precision_is_another_version_with_other_probabilities(precision: str, native: Answers) -> None:
    own = [each[2] for each in _answer(precision)]
    assert max(abs(mine - theirs[2]) for mine, theirs in zip(own, native, strict=True)) > PROBABILITY_TOLERANCE
