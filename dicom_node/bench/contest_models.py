"""The networks of a comparison as backends take them: with a manifest entry, and an image in the range it names."""

from collections.abc import Set
from pathlib import Path
from typing import Any

from dicom_node.bench.contest import Heads, Network
from inference.backends.frameworks import load_framework
from inference.canvases import Batch, Canvases
from inference.phantom.drawing import draw_phantom
from inference.phantom.spec import PhantomSpec
from inference.preprocess import Image, stretch_contrast
from inference.zoo import Precision, VerifiedModel, load_manifest, load_model
from inference.zoo.manifest import Model

_SPEC = PhantomSpec("hand", True, 1250, 1024, 71, "L", 12, view="PA", body_part="WRIST", broken_bone="radius")
#: Files of a run are written and read by the run itself.
_NO_DIGEST = "0" * 64
_CLASSIFIER: dict[str, Any] = {
    "task": "fracture",
    "outputs": {"fracture_probability": "float32"},
    "operating_points": {"doubt_from": 0.3, "present_from": 0.5},
}
_YOLO: dict[str, Any] = {"task": "detector", "outputs": {"yolo": "float32"}}


def draw_image() -> Image:
    """Return a drawn radiograph as float32 (rows, columns) in 0..1."""
    return stretch_contrast(draw_phantom(_SPEC).pixels)


def make_input(network: Network) -> Batch:
    """Return the drawn radiograph as a classifier takes it: (copies, side, side, 3) in 0..255."""
    return Canvases(draw_image()).make(make_entry(network).input)[0]


def make_entry(network: Network) -> Model:
    """Return a manifest entry for a network whose files the run has written."""
    stem = stem_of(network)
    ranged = {"range": "0..1"} if network.is_yolo else {"range": "0..255", "layout": "nhwc"}
    contract = {
        "name": "image",
        "side_px": network.side_px,
        "channels": 3,
        "preprocess": ("letterbox",),
        "flips": ("none", "horizontal")[: network.copies],
    }
    return Model.model_validate(
        {
            "name": stem,
            "version": "random",
            "files": {f"{stem}.xml": _NO_DIGEST, f"{stem}.bin": _NO_DIGEST},
            "input": contract | ranged,
            "classes": ("fracture",),
            "data": None,
            "licence": "random weights",
            "metrics": {},
            **(_YOLO if network.is_yolo else _CLASSIFIER),
        }
    )


def load_graph(folder: Path, network: Network, precision: Precision = "f32") -> VerifiedModel:
    """Return a converted network, to be run in a precision."""
    stem = stem_of(network, precision)
    files = {f"{stem}.xml": _NO_DIGEST, f"{stem}.bin": _NO_DIGEST}
    entry = make_entry(network).model_copy(update={"precision": precision, "files": files})
    return VerifiedModel(entry, {name: (folder / name).read_bytes() for name in entry.files})


def stem_of(network: Network, precision: Precision = "f32") -> str:
    """Return the name of a network's files; all precisions but int8 share them."""
    return network.name.lower().replace("@", "-") + ("-int8" if precision == "int8" else "")


def load_members(bundle: Path, precision: Precision = "f32") -> tuple[VerifiedModel, ...]:
    """Return the members of a bundle's version that have a stand-in: all that run in OpenVINO but YOLO detectors."""
    entries = load_manifest(bundle, precision).models
    return tuple(
        load_model(bundle, entry) for entry in entries if entry.backend == "openvino" and "yolo" not in entry.outputs
    )


def find_stand_ins(bundle: Path) -> tuple[Network, ...]:
    """Return the Keras network that each of `load_members` is compared with: same trunk, heads, side and flips.

    The trunk is told by the depthwise filters that halve its maps, which no head has: MobileNetV2 has 3x3 alone,
    EfficientNet-Lite0 of 5x5 too, ResNet50 has none.
    """
    return tuple(_find_stand_in(member) for member in load_members(bundle))


def _find_stand_in(model: VerifiedModel) -> Network:
    contract = model.entry.input
    graph = load_framework("openvino").Core().read_model(model=model.content("xml"), weights=model.content("bin"))
    kernels = {tuple(node.input(1).get_shape())[-2:] for node in graph.get_ops() if _halves_depthwise(node)}
    heads: Heads = "detector" if model.entry.task == "detector" else "classifier"
    return Network(name_trunk(kernels), contract.side_px, len(contract.flips), model.name, heads)


def _halves_depthwise(node: Any) -> bool:
    return bool(node.get_type_name() == "GroupConvolution") and tuple(node.get_attributes()["strides"]) == (2, 2)


def name_trunk(depthwise_kernels: Set[tuple[int, ...]]) -> str:
    """Return which trunk has these sizes of depthwise filters."""
    if (5, 5) in depthwise_kernels:
        return "EfficientNetLite0"
    return "MobileNetV2" if depthwise_kernels else "ResNet50"
