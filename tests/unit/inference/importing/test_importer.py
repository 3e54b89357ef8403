from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openvino import opset13 as ops

from domain.errors import ConfigError, ModelError
from inference.backends.openvino import OpenVinoBackend
from inference.canvases import Canvases
from inference.importing import Request, draw_images, import_model
from inference.zoo import load_manifest, load_model, verify
from tests.fakes.model_source import GAINS, REGION_OPTIONS, StandInSource
from tests.fakes.stand_in_bundle import write_bundle

IMAGES = draw_images()


@pytest.fixture
def request_of(tmp_path: Path) -> Any:
    base = write_bundle(tmp_path / "base")

    def make(**changes: Any) -> Request:
        options = REGION_OPTIONS | changes.pop("options", {})
        into = changes.pop("into", tmp_path / "ours")
        plain = {"name": "four", "file_name": "four.keras", "sha256": "ab" * 32, "images_are": "drawn radiographs"}
        return Request(**plain, options=options, images=IMAGES, into=into, base=base, **changes)

    return make


def extra_inputs(image: Any, logits: Any) -> tuple[list[Any], list[Any]]:
    left_over = ops.parameter([1, 4], np.float32, name="normalization/Sub/y")
    left_over.output(0).set_names({"normalization/Sub/y:0"})
    return [image, left_over], [ops.add(logits, left_over)]


def seventy_outputs(image: Any, logits: Any) -> tuple[list[Any], list[Any]]:
    return [image], [*(ops.multiply(image, np.float32(index)) for index in range(69)), logits]


def swapped_columns(image: Any, logits: Any) -> tuple[list[Any], list[Any]]:
    return [image], [ops.gather(logits, ops.constant(np.array([3, 2, 1, 0])), ops.constant(np.array([1])))]


def not_a_number(image: Any, logits: Any) -> tuple[list[Any], list[Any]]:
    return [image], [ops.log(ops.multiply(ops.abs(logits), np.float32(-1.0)))]


def slightly_off(image: Any, logits: Any) -> tuple[list[Any], list[Any]]:
    return [image], [ops.multiply(logits, np.float32(1.002))]


def two_alike(image: Any, logits: Any) -> tuple[list[Any], list[Any]]:
    return [image], [logits, ops.negative(logits)]


def no_output(image: Any, logits: Any) -> tuple[list[Any], list[Any]]:
    return [image], [ops.reduce_sum(logits, ops.constant(np.array([1])), keep_dims=True)]


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (extra_inputs, "2 inputs .*normalization/Sub/y.* left constants behind"),
        (seventy_outputs, "69 of 70 outputs belong to nothing"),
        (swapped_columns, "region differs by 0.* more than 0.0001"),
        (not_a_number, "region is not a finite number"),
        (slightly_off, "region differs by .* more than 0.0001"),
        (two_alike, "which output is 'region'"),
        (no_output, "a region model with 4 classes has an output"),
    ],
)
def test_a_silently_broken_export_is_refused_and_nothing_is_written(damage: Any, says: str, request_of: Any) -> None:
    request = request_of()
    with pytest.raises(ModelError, match=says):
        import_model(StandInSource(damage), request)
    assert not request.into.exists()


def test_what_was_imported_answers_in_the_bundle_as_it_did_before(request_of: Any) -> None:
    request = request_of()
    entry = import_model(StandInSource(), request).entry
    batch, _ = Canvases(IMAGES[0]).make(entry.input)
    model = load_model(request.into, load_manifest(request.into).members("region")[1])
    answer = OpenVinoBackend(threads=1).compile(model).run(batch, 10.0)["region"]
    raised = np.exp(batch.mean() * GAINS)
    assert answer[0] == pytest.approx(raised / raised.sum(), abs=1e-6)


def test_the_bundle_is_a_copy_of_the_other_with_one_more_model(request_of: Any) -> None:
    request = request_of()
    import_model(StandInSource(), request)
    assert [model.name for model in load_manifest(request.into).models] == [
        "stand-in-region",
        "stand-in-fracture",
        "four",
    ]
    assert {each.state for each in verify(request.into)} == {"ok"}
    assert not list(request.into.glob("*.tmp"))


def test_a_second_import_joins_the_first(request_of: Any) -> None:
    for name in ("first", "second"):
        request = request_of()
        import_model(StandInSource(), Request(**{**_fields(request), "name": name}))
    assert [model.name for model in load_manifest(request.into).models][2:] == ["first", "second"]


def test_the_entry_says_that_nobody_has_validated_it_and_how_well_it_agrees(request_of: Any) -> None:
    entry = import_model(StandInSource(), request_of()).entry
    assert entry.metrics["validated"] is False
    assert entry.calibration is None
    parity: Any = entry.metrics["parity"]
    assert parity["with"] == "stand-in 1"
    assert parity["images"] == len(IMAGES)
    assert 0 <= parity["largest_difference"]["region"] <= parity["tolerance"]["region"] == 1e-4
    assert entry.data == {"name": "not stated", "file": "four.keras", "sha256": "ab" * 32}


def test_rounded_weights_are_told_with_what_they_cost(request_of: Any) -> None:
    imported = import_model(StandInSource(), request_of(float16=True))
    assert [each.quantity for each in imported.rounded] == ["region"]
    parity: Any = imported.entry.metrics["parity"]
    assert "float16_weights" in parity


def test_every_missing_answer_is_named_at_once_with_what_is_allowed(request_of: Any) -> None:
    request = request_of()
    with pytest.raises(ConfigError) as caught:
        import_model(StandInSource(), Request(**{**_fields(request), "options": {"task": "region"}}))
    said = "\n".join(caught.value.problems)
    assert len(caught.value.problems) == 3
    assert all(each in said for each in ("--range is missing", "--classes is missing", "--preprocess is missing"))
    assert "imagenet-torch" in said
    assert "4 names" in said


def test_a_runtime_that_the_file_has_not_is_refused(request_of: Any) -> None:
    with pytest.raises(ConfigError, match="--backend keras: this file is served by openvino"):
        import_model(StandInSource(), request_of(backend="keras"))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": "stand-in-region"}, "--without stand-in-region replaces it"),
        ({"name": "Our Model"}, "small letters"),
        ({"without": ("nobody",)}, "there is no model 'nobody'"),
    ],
)
def test_a_name_that_cannot_be_is_refused_before_anything_runs(change: Any, says: str, request_of: Any) -> None:
    with pytest.raises(ConfigError, match=says):
        import_model(StandInSource(not_a_number), Request(**{**_fields(request_of()), **change}))


def test_a_model_can_take_the_place_of_another(request_of: Any) -> None:
    request = request_of(without=("stand-in-region",))
    import_model(StandInSource(), request)
    assert [model.name for model in load_manifest(request.into).models] == ["stand-in-fracture", "four"]
    assert not (request.into / "stand-in-region.xml").exists()


def _fields(request: Request) -> dict[str, Any]:
    return {name: getattr(request, name) for name in Request.__slots__}
