from pathlib import Path

import pytest

from dicom_node.cli.main import run


def test_a_family_that_is_not_there_lists_those_that_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "evaluate", "resnet18", "--data", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert "resnet50-hierarchical" in said
    assert "yolov8-grazpedwri" in said
