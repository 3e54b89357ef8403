"""From a trained network to the graph that serves: OpenVINO IR, checked against the network on images in range."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import openvino as ov
from pydantic import JsonValue

from domain.errors import ModelError
from inference.explain.cam_graph import attach_cam
from inference.explain.map_origins import ATTACHED, MAP_OUTPUT
from inference.file_hashes import hash_files
from inference.training.families.networks import INPUT

#: Largest difference of any output between the network and its graph, both in float32.
PARITY_TOLERANCE = 1e-4


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written of a network.

    Attributes:
        files: sha256 by file name.
        outputs: that were added to those of the network, as an entry names them.
        note: one line for a person about what could not be added; empty where there is nothing to say.
    """

    files: dict[str, str]
    outputs: Mapping[str, JsonValue] = field(default_factory=dict)
    note: str = ""


def export_graph(
    network: Any,
    output: str,
    images: npt.NDArray[np.float32],
    folder: Path,
    name: str,
    *,
    fracture_column: int | None = None,
) -> Exported:
    """Write `<name>.xml` and `.bin` with a dynamic batch.

    Args:
        images: inputs as the network takes them: real ones, since agreement on others proves nothing.
        fracture_column: of the output: the graph then gives a heat map of it too, where its head allows one.

    Raises:
        ModelError: the graph does not have the one input and the one output, or does not agree with the network.
    """
    with warnings.catch_warnings():
        # The converter calls the network with a list of one input, and Keras finds that odd.
        warnings.filterwarnings("ignore", message="The structure of `inputs`", category=UserWarning)
        graph = ov.convert_model(network)
    if len(graph.inputs) != 1 or len(graph.outputs) != 1:
        raise ModelError(f"{name}: {len(graph.inputs)} inputs and {len(graph.outputs)} outputs after export, not one")
    graph.inputs[0].set_names({INPUT})
    graph.outputs[0].set_names({output})
    graph, added, note = _add_heat_map(graph, output, fracture_column)
    path = folder / f"{name}.xml"
    # As they are: halved weights would be another model than the one whose numbers are reported.
    ov.save_model(graph, path, compress_to_fp16=False)
    require_parity(network, output, images, path)
    return Exported(hash_files((path, path.with_suffix(".bin"))), added, note)


def _add_heat_map(graph: ov.Model, output: str, column: int | None) -> tuple[ov.Model, dict[str, JsonValue], str]:
    if column is None:
        return graph, {}, ""
    try:
        return attach_cam(graph, output=output, class_index=column), {MAP_OUTPUT: dict(ATTACHED)}, ""
    except ModelError as error:
        return graph, {}, f"no heat map in the same pass: {error.args[0]}"


def require_parity(network: Any, output: str, images: npt.NDArray[np.float32], path: Path) -> float:
    """Return the largest difference on the images between a network and the graph of a file.

    Raises:
        ModelError: it is above `PARITY_TOLERANCE`.
    """
    compiled = ov.Core().compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    expected = np.asarray(network.predict_on_batch(images))
    found = compiled({INPUT: images})[output]
    difference = float(np.abs(found - expected).max())
    if not difference <= PARITY_TOLERANCE:
        raise ModelError(f"{path.name}: output {output} of the exported graph differs by {difference:.6f}")
    return difference
