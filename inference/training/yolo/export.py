"""Trained weights to a graph that serves without ultralytics: OpenVINO IR in float32, its agreement proved."""

import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from inference.backends.ultralytics import load_checkpoint, network_of
from inference.training.yolo.recipe import INPUT, YoloRecipe

#: Name of the graph's output.
OUTPUT = "yolo"
#: Of the graph and of its weights.
SUFFIXES = (".xml", ".bin")
#: Largest differences between the network in torch and the file that is written, boxes and scores.
TOLERANCE_PX, TOLERANCE_SCORE = 1e-3, 1e-4

Images = npt.NDArray[np.float32]


def export_network(recipe: YoloRecipe, weights: Path, folder: Path, images: Images) -> Path:
    """Write `<name>.xml` and `.bin` with a batch of any size, one input and one output; return the graph.

    Args:
        weights: a `.pt` of ultralytics.
        images: (N, 3, side, side) float32 in 0..1: real ones, since agreement on others proves nothing.

    Raises:
        ModelError: the weights are no YOLO model.
        ValueError: the graph has other inputs or outputs, or does not agree with the network; nothing is left behind.
    """
    ov = import_module("openvino")
    network = network_of(load_checkpoint(weights, subject=recipe.name), subject=recipe.name)
    graph = _convert(network, recipe)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{recipe.name}.xml"
    # Float16 weights would move boxes by tenths of a pixel: more than the tolerance.
    ov.save_model(graph, target, compress_to_fp16=False)
    try:
        _require_agreement(recipe, network, target, images)
    except ValueError:
        for suffix in SUFFIXES:
            target.with_suffix(suffix).unlink()
        raise
    return target


def _convert(network: Any, recipe: YoloRecipe) -> Any:
    ov, torch = import_module("openvino"), import_module("torch")
    # The last layer answers with the decoded boxes alone, and not also with what they were made of.
    network.model[-1].export = True
    example = torch.zeros(1, 3, recipe.side_px, recipe.side_px)
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what tracing says of shapes that are meant to be fixed
        network(example)  # the anchors of this side are made here, so that they are constants in the graph
        traced = torch.jit.trace(network, example, strict=False, check_trace=False)
        graph = ov.convert_model(traced, example_input=example, input=[-1, 3, recipe.side_px, recipe.side_px])
    if len(graph.inputs) != 1 or len(graph.outputs) != 1:
        raise ValueError(f"{recipe.name}: {len(graph.inputs)} inputs and {len(graph.outputs)} outputs after export")
    graph.inputs[0].set_names({INPUT})
    graph.outputs[0].set_names({OUTPUT})
    return graph


def _require_agreement(recipe: YoloRecipe, network: Any, graph: Path, images: Images) -> None:
    torch = import_module("torch")
    with torch.no_grad():
        expected = network(torch.from_numpy(images)).numpy()
    found = compile_graph(graph)({INPUT: images})[OUTPUT]
    shape = (len(images), 4 + len(recipe.classes), recipe.anchors)
    if found.shape != shape or expected.shape != shape:
        raise ValueError(f"{recipe.name}: the output is {found.shape}, not {shape}")
    off_px = float(np.abs(found[:, :4] - expected[:, :4]).max())
    off_score = float(np.abs(found[:, 4:] - expected[:, 4:]).max())
    if not (off_px <= TOLERANCE_PX and off_score <= TOLERANCE_SCORE):  # so that no number is no agreement
        raise ValueError(f"{recipe.name}: the graph differs by {off_px:.5f} px and {off_score:.6f} in scores")


def compile_graph(graph: Path) -> Any:
    """Return a graph compiled for the processor in float32, as it serves."""
    return import_module("openvino").Core().compile_model(graph, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
