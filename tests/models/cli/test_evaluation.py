"""A bundle is judged on any split that the manifest of the data has: also on one that nothing here has seen."""

import json
from pathlib import Path

import pytest

from dicom_node.cli.main import run
from tests.fakes.dataset_trees import write_fracatlas_manifest

pytest.importorskip("sklearn", reason="needs the extra `models`")

from inference.training import evaluation, metrics
from inference.training.fracatlas import REGIONS, Row, read_rows

#: Fractured, and unfractured: of each of the first two regions of the validation split.
EACH = 4
COLUMNS = ("image_id", "split", "fractured", "hand", "leg", "hip", "shoulder", "boxes_xyxy_norm")


def pick(folder: Path) -> list[Row]:
    rows = [row for row in read_rows(folder, "val") if sum(row[region] == "1" for region in REGIONS) == 1]
    return [
        row
        for region in ("hand", "leg")
        for fractured in ("0", "1")
        for row in [each for each in rows if each[region] == "1" and each["fractured"] == fractured][:EACH]
    ]


def write_unseen(source: Path, folder: Path) -> Path:
    """A folder whose manifest has the split `test` alone."""
    (folder / "images").mkdir(parents=True)
    lines = [",".join(COLUMNS)]
    for row in pick(source):
        (folder / "images" / row["image_id"]).symlink_to(source / "images" / row["image_id"])
        said = row | {"split": "test", "boxes_xyxy_norm": f'"{row["boxes_xyxy_norm"]}"'}
        lines.append(",".join(said[column] for column in COLUMNS))
    (folder / "manifest.csv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.mark.shared_data
def test_the_unseen_split_is_judged_whole_and_by_region(
    shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics, "RESAMPLES", 50)
    monkeypatch.setattr(evaluation, "BOX_RESAMPLES", 50)
    data = write_unseen(shared_data / "fracatlas", tmp_path / "unseen")
    assert run(["models", "evaluate", "--data", str(data), "--split", "test", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["split"], said["images"], said["fractured"]) == ("test", 4 * EACH, 2 * EACH)
    assert {name: (row["images"], row["fractured"]) for name, row in said["regions"].items()} == {
        "hand": (2 * EACH, EACH),
        "leg": (2 * EACH, EACH),
    }
    for row in (said, *said["regions"].values()):
        assert row["roc_auc"]["low"] <= row["roc_auc"]["value"] <= row["roc_auc"]["high"]
        assert row["box_map50"]["low"] <= row["box_map50"]["value"] <= row["box_map50"]["high"]
    assert said["roc_auc"]["value"] > 0.6
    assert said["box_map50"]["value"] > 0


def test_a_split_that_is_not_there_names_those_that_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = write_fracatlas_manifest(tmp_path)
    assert run(["models", "evaluate", "--data", str(data), "--split", "test"]) == 2
    said = " ".join(capsys.readouterr().err.replace("│", "").split())
    assert "no split 'test'; it has: train, val" in said
