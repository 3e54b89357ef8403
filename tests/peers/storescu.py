"""DCMTK's storescu: a modality that nobody here wrote."""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

TIMEOUT_SECONDS = 120
_STATUS = re.compile(r"DIMSE Status\s+: (0x[0-9a-f]{4})")


def store(files: Sequence[Path], port: int, *options: str, called_ae_title: str) -> list[int]:
    """Send files over one association to a port of this machine; return the status of each that was answered.

    Args:
        options: such as `-xv` to propose JPEG 2000 lossless; without any, little endian.

    Raises:
        AssertionError: storescu failed; the message has what it said.
    """
    # Debug level, because at lower ones it says a status in words only.
    command = ["storescu", "-d", "--required", *options, "-aec", called_ae_title, "127.0.0.1", str(port)]
    done = subprocess.run(
        [*command, *map(str, files)], capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, f"storescu ended with {done.returncode}: {said[-2000:]}"
    return [int(status, 16) for status in _STATUS.findall(said)]
