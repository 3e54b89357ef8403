"""A version in another precision: the same weights, and nothing of what was fitted before."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("sklearn", reason="needs the extra `models`")

from dicom_node.cli.main import run
from domain.errors import ModelError
from inference.backends.processor import has_precision
from inference.training.fracatlas import REGIONS
from inference.training.revalidation import draft_version
from inference.zoo import load_manifest, model_set, verify
from tests.fakes.pixel_images import planted
from tests.fakes.stand_in_bundle import edit_manifest, write_bundle

needs_bf16 = pytest.mark.skipif(not has_precision("bf16"), reason="needs a processor with bfloat16")
FITTED = {
    "metrics": {"split": "a", "seed": 7, "alone": {}},
    "calibration": {"kind": "platt", "slope": 3, "intercept": 1},
}


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return write_bundle(tmp_path / "bundle", **FITTED)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24 images of validation, 4 of training; a fracture is a large bright block, and some others are not small."""
    root = tmp_path_factory.mktemp("fracatlas")
    (root / "images").mkdir()
    lines = [f"image_id,split,fractured,boxes_xyxy_norm,{','.join(REGIONS)}\n"]
    for number in range(28):
        fractured = number % 2
        side_px = 8 + number % 5 + 8 * fractured
        pixels = planted(128, 128, (40 + number, 60), side_px) // 16
        cv2.imwrite(str(root / "images" / f"{number}.png"), pixels.astype(np.uint8))
        boxes = "[[0.25, 0.375, 0.5, 0.625]]" if fractured else ""
        split = "val" if number < 24 else "train"
        lines.append(f'{number}.png,{split},{fractured},"{boxes}",1,0,0,0\n')
    (root / "manifest.csv").write_text("".join(lines))
    return root


def test_a_draft_keeps_the_weights_and_nothing_that_was_fitted(bundle: Path) -> None:
    draft = draft_version(load_manifest(bundle), "bf16")
    region, fracture = draft.models
    assert (draft.name, draft.precision, draft.speaking) == ("stand-in-1-bf16", "bf16", ["stand-in-fracture"])
    assert region["minimum_probability"] == 0.0
    assert fracture["calibration"] == {"kind": "platt", "slope": 1.0, "intercept": 0.0}
    assert set(fracture["metrics"]) == {"split", "seed"}
    assert (fracture["version"], fracture["precision"]) == ("1.0.0-bf16", "bf16")
    assert fracture["files"] == load_manifest(bundle).models[1].files


def test_a_member_of_another_runtime_has_no_version_in_bf16(bundle: Path) -> None:
    def to_keras(manifest: dict[str, list[dict[str, object]]]) -> None:
        manifest["models"][1] |= {"backend": "keras", "files": {"a.keras": "0" * 64}}

    with pytest.raises(ModelError, match="stand-in-fracture"):
        draft_version(load_manifest(edit_manifest(bundle, to_keras)), "bf16")


def test_a_card_without_a_place_for_the_numbers_is_refused_before_anything_is_read(bundle: Path, data: Path) -> None:
    card = bundle / "card.md"
    card.write_text("# A card\n")
    assert run(["models", "revalidate", "--data", str(data), "--bundle", str(bundle), "--card", str(card)]) == 2
    assert not (bundle / "manifest-bf16.json").exists()


@needs_bf16
def test_eight_bits_are_graphs_of_their_own_beside_those_of_f32(
    bundle: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("nncf", reason="needs the extra `models`")
    monkeypatch.setattr("inference.training.metrics.RESAMPLES", 10)
    monkeypatch.setattr("inference.training.evaluation.BOX_RESAMPLES", 10)
    first = load_manifest(bundle)
    command = ["models", "revalidate", "--data", str(data), "--bundle", str(bundle), "--precision", "int8"]
    assert run(command) == 0
    other = load_manifest(bundle, "int8")
    assert load_manifest(bundle) == first
    assert other.models[0].files == first.models[0].files
    assert other.models[1].file_name("xml") == f"{first.models[1].name}-int8.xml"
    assert {each.state for each in verify(bundle, "int8")} == {"ok"}
    assert not list(bundle.glob("*.tmp"))


@needs_bf16
def test_one_command_writes_the_version_and_what_it_changes(
    bundle: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inference.training.metrics.RESAMPLES", 10)
    monkeypatch.setattr("inference.training.evaluation.BOX_RESAMPLES", 10)
    page = tmp_path / "evaluation.md"
    page.write_text("<!-- bf16: begin -->\n<!-- bf16: end -->\n")
    before = (bundle / "manifest.json").read_bytes()
    command = ["models", "revalidate", "--data", str(data), "--bundle", str(bundle), "--evaluation", str(page)]
    assert run(command) == 0
    assert "| 24 images | f32 | bf16 with the numbers of f32 | `stand-in-1-bf16` |" in page.read_text()
    assert (bundle / "manifest.json").read_bytes() == before
    other = load_manifest(bundle, "bf16")
    assert model_set(other) != model_set(load_manifest(bundle))
    assert other.fusion is not None
    assert set(json.loads(json.dumps(other.models[1].metrics))) >= {"split", "seed", "alone", "bundle"}
    assert not list(bundle.glob("*.tmp"))
