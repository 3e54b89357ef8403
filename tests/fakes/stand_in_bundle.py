"""A bundle whose answers can be worked out by hand: bright blocks are fractures, bright pictures are hands.

Region: P(hand) = sigmoid(400 m - 1) for the mean m of the canvas. Fracture: a cell's logit is 20 a - 10 for the mean a
of its 16 x 16 pixels, and the image's logit is the highest cell.
Written to a folder by: python -m tests.fakes.stand_in_bundle FOLDER
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import openvino
from openvino import opset13 as ops

CLASSES = ("hand", "leg", "hip", "shoulder")
REGION_SIDE_PX = 64
FRACTURE_SIDE_PX = 256
CELL_PX = 16


def write_bundle(folder: Path, **changes: Any) -> Path:
    """Write the stand-in bundle; `changes` replace keys of the fracture model's manifest entry."""
    folder.mkdir(parents=True, exist_ok=True)
    region = _entry(folder, "stand-in-region", "region", _region_graph(), REGION_SIDE_PX)
    region |= {"classes": list(CLASSES), "minimum_probability": 0.5, "outputs": {"region": {}}}
    fracture = _entry(folder, "stand-in-fracture", "fracture", _fracture_graph(), FRACTURE_SIDE_PX)
    fracture |= {
        "classes": ["fracture"],
        "outputs": {"fracture_logit": {}, "fracture_map": {}},
        "calibration": {"kind": "platt", "slope": 1.0, "intercept": 0.0},
        "operating_points": {"doubt_from": 0.3, "present_from": 0.6},
    }
    manifest = {"schema": 2, "bundle": "stand-in-1", "models": [region, fracture | changes]}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def edit_manifest(bundle: Path, change: Any) -> Path:
    """Apply `change` to the manifest's dictionary in place and write it back."""
    path = bundle / "manifest.json"
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_text(json.dumps(manifest))
    return bundle


def _entry(folder: Path, name: str, task: str, graph: openvino.Model, side_px: int) -> dict[str, Any]:
    openvino.save_model(graph, folder / f"{name}.xml", compress_to_fp16=True)
    files = {file: hashlib.sha256((folder / file).read_bytes()).hexdigest() for file in (f"{name}.xml", f"{name}.bin")}
    contract = {"name": "image", "side_px": side_px, "range": "0..1", "channels": 1}
    contract |= {"preprocess": ["stretch_contrast", "letterbox"], "flips": ["none", "horizontal"]}
    entry = {"name": name, "version": "1.0.0", "task": task, "files": files, "input": contract}
    return entry | {"data": "drawn by hand", "licence": "Apache-2.0", "metrics": {}}


def _image(side_px: int) -> Any:
    image = ops.parameter([-1, 1, side_px, side_px], np.float32, name="image")
    image.output(0).set_names({"image"})
    return image


def _constant(*values: float) -> Any:
    return ops.constant(np.array(values, dtype=np.float32))


def _region_graph() -> openvino.Model:
    image = _image(REGION_SIDE_PX)
    mean = ops.reduce_mean(image, ops.constant(np.array([2, 3])), keep_dims=False)
    logits = ops.add(ops.multiply(mean, _constant(400, 0, 0, 0)), _constant(-1, -5, -5, -5))
    region = ops.sigmoid(logits)
    region.output(0).set_names({"region"})
    return openvino.Model([region], [image], "region")


def _fracture_graph() -> openvino.Model:
    image = _image(FRACTURE_SIDE_PX)
    cell = [CELL_PX, CELL_PX]
    means = ops.avg_pool(image, cell, [0, 0], [0, 0], cell, True)
    cells = ops.add(ops.multiply(means, _constant(20)), _constant(-10))
    cells.output(0).set_names({"fracture_map"})
    highest = ops.reduce_max(cells, ops.constant(np.array([2, 3])), keep_dims=False)
    highest.output(0).set_names({"fracture_logit"})
    return openvino.Model([cells, highest], [image], "fracture")


if __name__ == "__main__":
    write_bundle(Path(sys.argv[1]))
