"""Shell scripts are clean for shellcheck; the programs of the show do what compose.yaml starts them for."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.docker.scripts import PROJECT, load_script

SCRIPTS = sorted((*PROJECT.glob("docker/**/*.sh"), *PROJECT.glob("tools/*.sh")))
TOOLS = Path(sys.executable).parent


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda each: each.name)
def test_shellcheck_finds_nothing(path: Path) -> None:
    found = subprocess.run([TOOLS / "shellcheck", path], check=False, capture_output=True, text=True)
    assert (found.returncode, found.stdout) == (0, "")


def test_the_receiver_shows_a_segment_a_line_and_cuts_a_pdf_short() -> None:
    describe_segments = load_script("docker/compose/hl7_receiver.py").describe_segments
    message = b"MSH|^~\\&|A\rOBX|1|ED|" + b"x" * 500 + b"\r"
    first, second = describe_segments(message)
    assert first == "MSH|^~\\&|A"
    assert second.endswith("... (509 characters)")


def test_the_modality_says_no_where_nobody_takes_its_images(capsys: pytest.CaptureFixture[str]) -> None:
    modality = load_script("docker/compose/modality.py")
    modality.__dict__["write_samples"] = lambda folder: [(folder / "1.dcm").write_bytes(b"")]
    assert modality.main("127.0.0.1:1", "NODE", "MODALITY") == 1
    said = capsys.readouterr().out
    assert said.startswith("1 images are drawn\n")
    assert "not a DICOM file" in said
