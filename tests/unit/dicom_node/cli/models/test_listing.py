"""`models list` says what a bundle holds, and from when on it says what."""

from pathlib import Path
from typing import Any

import pytest

from dicom_node.cli.main import run
from tests.fakes.stand_in_bundle import edit_manifest, write_bundle

REGION: dict[str, Any] = {"outputs": {"region": {}, "distance": {}}, "maximum_distance": 2.586}


@pytest.mark.parametrize(("changes", "said"), [({}, ["0.50", "-"]), (REGION, ["0.50", "2.59"])])
def test_the_limits_of_what_is_read_are_shown(
    changes: dict[str, Any], said: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = edit_manifest(write_bundle(tmp_path), lambda manifest: manifest["models"][0].update(changes))
    assert run(["models", "list", "--bundle", str(bundle)]) == 0
    table = capsys.readouterr().out.split("reads an image from")[1]
    row = next(line for line in table.splitlines() if line.split()[:1] == ["stand-in-region"])
    assert row.split()[1:] == said
