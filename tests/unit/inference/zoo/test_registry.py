import json
from pathlib import Path
from typing import Any

import pytest

from domain.errors import ModelError, WeightsMismatch
from inference.zoo import BUNDLED, MANIFESTS, Precision, load_manifest, load_model, model_set, verify
from tests.fakes.stand_in_bundle import edit_manifest, write_bundle


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return write_bundle(tmp_path / "bundle")


def _flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def _set(key: str, value: Any) -> Any:
    """Return a change that sets a dotted key of the fracture model's entry."""
    *parents, last = key.split(".")

    def change(manifest: dict[str, Any]) -> None:
        target = manifest["models"][1]
        for parent in parents:
            target = target[parent]
        target[last] = value

    return change


def test_a_bundle_tells_its_models_by_task(bundle: Path) -> None:
    manifest = load_manifest(bundle)
    assert [model.name for model in manifest.members("region")] == ["stand-in-region"]
    assert [model.name for model in manifest.members("fracture")] == ["stand-in-fracture"]


@pytest.mark.parametrize("suffix", ["xml", "bin"])
def test_a_file_that_differs_in_one_bit_refuses_to_load(bundle: Path, suffix: str) -> None:
    _flip_a_bit(bundle / f"stand-in-fracture.{suffix}")
    (entry,) = load_manifest(bundle).members("fracture")
    with pytest.raises(WeightsMismatch):
        load_model(bundle, entry)


def test_verify_names_the_file_that_is_not_the_one(bundle: Path) -> None:
    _flip_a_bit(bundle / "stand-in-region.bin")
    (bundle / "stand-in-fracture.xml").unlink()
    assert {each.file: each.state for each in verify(bundle)} == {
        "stand-in-region.bin": "mismatch",
        "stand-in-region.xml": "ok",
        "stand-in-fracture.bin": "ok",
        "stand-in-fracture.xml": "missing",
    }


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("colour", "blue"),
        ("input.mean", 0.5),
        ("input.channels", 2),
        ("input.range", "imagenet-caffe"),
        ("input.range", "0..4095"),
        ("input.preprocess", ["letterbox", "stretch_contrast"]),
        ("input.preprocess", ["blur", "letterbox"]),
        ("input.flips", ["vertical"]),
        ("input.flips", ["horizontal"]),
        ("operating_points", None),
        ("operating_points.doubt_from", 0.9),
        ("operating_points.present_from", 1.1),
        ("calibration.slope", -1.0),
        ("maximum_distance", 2.0),
        ("outputs", {"fracture_map": {}}),
        ("outputs", {"fracture_logit": {}, "yolo": {}}),
        ("backend", "keras"),
        ("backend", "onnx"),
        ("task", "multilabel"),
        ("files", {"../../etc/a.xml": "0" * 64, "b.bin": "0" * 64}),
        ("files", {"a.xml": "0" * 64}),
        ("task", "haematoma"),
        ("name", "stand-in-region"),
    ],
)
def test_a_manifest_that_says_something_else_is_refused(bundle: Path, key: str, value: Any) -> None:
    edit_manifest(bundle, _set(key, value))
    with pytest.raises(ModelError, match="manifest"):
        load_manifest(bundle)


def test_a_bundle_of_another_schema_is_refused(bundle: Path) -> None:
    edit_manifest(bundle, lambda manifest: manifest.update(schema=1))
    with pytest.raises(ModelError, match="schema"):
        load_manifest(bundle)


def test_a_bundle_without_a_region_model_is_refused(bundle: Path) -> None:
    edit_manifest(bundle, lambda manifest: manifest["models"].pop(0))
    with pytest.raises(ModelError, match="model for the region"):
        load_manifest(bundle)


def test_an_empty_folder_is_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"manifest\.json"):
        load_manifest(tmp_path)


@pytest.mark.parametrize(
    ("key", "value", "changes"),
    [
        ("version", "1.0.1", True),
        ("operating_points.present_from", 0.61, True),
        ("calibration.intercept", 0.01, True),
        ("input.flips", ["none"], True),
        ("metrics", {"auc": 0.9}, False),
        ("licence", "MIT", False),
    ],
)
def test_the_model_set_changes_with_all_that_decides_an_answer(
    bundle: Path, key: str, value: Any, changes: bool
) -> None:
    before = model_set(load_manifest(bundle))
    edit_manifest(bundle, _set(key, value))
    assert (model_set(load_manifest(bundle)) != before) is changes


def test_another_distance_is_another_model_set(bundle: Path) -> None:
    outputs: dict[str, Any] = {"region": {}, "distance": {}}
    edit_manifest(bundle, lambda manifest: manifest["models"][0].update(outputs=outputs, maximum_distance=2.0))
    before = model_set(load_manifest(bundle))
    edit_manifest(bundle, lambda manifest: manifest["models"][0].update(maximum_distance=2.1))
    assert model_set(load_manifest(bundle)) != before


def test_the_model_set_does_not_depend_on_the_order_of_the_models(bundle: Path) -> None:
    before = model_set(load_manifest(bundle))
    edit_manifest(bundle, lambda manifest: manifest["models"].reverse())
    assert model_set(load_manifest(bundle)) == before
    assert len(before) == 64


def _write_bf16(bundle: Path, precision: str = "bf16") -> None:
    manifest = json.loads((bundle / "manifest.json").read_text())
    for model in manifest["models"]:
        model["precision"] = precision
    (bundle / "manifest-bf16.json").write_text(json.dumps(manifest | {"bundle": "stand-in-1-bf16"}))


def test_the_versions_of_a_bundle_share_weights_and_are_two_model_sets(bundle: Path) -> None:
    _write_bf16(bundle)
    first, other = load_manifest(bundle), load_manifest(bundle, "bf16")
    assert [model.files for model in first.models] == [model.files for model in other.models]
    assert {each.state for each in verify(bundle, "bf16")} == {"ok"}
    assert model_set(first) != model_set(other)


def test_a_version_that_was_not_validated_says_how_to_and_what_to_set(bundle: Path) -> None:
    with pytest.raises(ModelError, match=r"models revalidate.*reading\.precision"):
        load_manifest(bundle, "bf16")


def test_a_manifest_that_speaks_of_another_precision_is_refused(bundle: Path) -> None:
    _write_bf16(bundle, precision="f32")
    with pytest.raises(ModelError, match="stand-in-region, stand-in-fracture"):
        load_manifest(bundle, "bf16")
    edit_manifest(bundle, _set("precision", "bf16"))
    with pytest.raises(ModelError, match="stand-in-fracture"):
        load_manifest(bundle)


@pytest.mark.parametrize("precision", ["bf16", "int8"])
def test_the_shipped_versions_share_nothing_that_was_fitted(precision: Precision) -> None:
    first, other = load_manifest(BUNDLED), load_manifest(BUNDLED, precision)
    assert other.bundle == f"{first.bundle}-{precision}"
    assert {model.version for model in first.models}.isdisjoint(model.version for model in other.models)
    fitted = [[model.calibration for model in each.models if model.task != "region"] for each in (first, other)]
    assert all(mine != theirs for mine, theirs in zip(*fitted, strict=True))
    assert all(model.metrics["split"] for model in other.models)


def test_weights_are_shared_by_all_versions_but_where_trunks_are_in_eight_bits() -> None:
    files = {
        precision: {model.task: model.files for model in load_manifest(BUNDLED, precision).models}
        for precision in MANIFESTS
    }
    assert files["f32"] == files["bf16"]
    assert files["int8"]["region"] == files["f32"]["region"]
    assert files["int8"]["detector"] != files["f32"]["detector"]


@pytest.mark.parametrize("precision", MANIFESTS)
def test_the_shipped_bundle_is_whole_and_small(precision: Precision) -> None:
    assert {each.state for each in verify(BUNDLED, precision)} == {"ok"}
    assert sum(path.stat().st_size for path in BUNDLED.iterdir()) < 60_000_000
    assert json.loads((BUNDLED / "manifest.json").read_text())["schema"] == 2
