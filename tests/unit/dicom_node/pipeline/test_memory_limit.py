"""What one image may cost a process, in a process of its own: the limit cannot be taken back."""

import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[4]
TAKE = """
from dicom_node.pipeline.memory_limit import limit_growth
limit_growth({limit} << 20)
taken = bytearray({want} << 20)
"""


@pytest.mark.parametrize(("limit", "want", "passes"), [(64, 32, True), (64, 128, False)])
def test_a_process_may_grow_to_its_limit_and_no_further(limit: int, want: int, passes: bool) -> None:
    command = [sys.executable, "-c", TAKE.format(limit=limit, want=want)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode == 0) is passes
    assert ("MemoryError" in done.stderr) is not passes
