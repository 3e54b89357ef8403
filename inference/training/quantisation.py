"""Trunks in eight bits: the graphs of a bundle's version for int8, by post-training quantisation.

Each weight and each activation becomes a whole number of eight bits, whose range is taken from images of training. Only
what looks for fractures is quantised, and of that only the trunk: heads are small, and where in the image a box ends is
a matter of fractions. The network of regions keeps its numbers, for its distance tells limbs from everything else.
"""

import logging
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov

from inference.canvases import Batch, Canvases
from inference.file_hashes import hash_files
from inference.header import read_header
from inference.picture import open_picture
from inference.radiograph import develop
from inference.training.fracatlas import read_rows
from inference.zoo.manifest import InputContract

#: Images of the training split, each with its flips, that ranges are taken from.
IMAGES = 150
_SEED = 7
_TRUNK = ".trunk."


def quantise_members(folder: Path, data: Path, models: list[dict[str, Any]]) -> None:
    """Write the graphs of a version for int8 beside those of f32, and name them in its entries.

    Args:
        folder: with the graphs that the entries name.
        data: the FracAtlas folder.
        models: manifest entries, which are changed; those of regions stay as they are.
    """
    contracts = {
        entry["name"]: InputContract.model_validate(entry["input"]) for entry in models if entry["task"] != "region"
    }
    examples: dict[str, list[Batch]] = {name: [] for name in contracts}
    for canvases in _open_examples(data):
        for name, contract in contracts.items():
            examples[name] += list(canvases.make(contract)[0][:, None])
    for entry in models:
        if entry["name"] in examples:
            entry["files"] = _quantise_member(folder, entry, examples.pop(entry["name"]))


def quantise_graph(graph: ov.Model, examples: list[Batch]) -> ov.Model:
    """Return the graph with its trunk in eight bits, or all of it where none of its steps is named as a trunk's.

    Args:
        graph: with an input of fixed shape.
        examples: of that shape, from images as they will come.
    """
    import nncf

    nncf.set_log_level(logging.ERROR)
    names = [step.get_friendly_name() for step in graph.get_ops()]
    spared = [name for name in names if _TRUNK not in name] if any(_TRUNK in name for name in names) else []
    return nncf.quantize(
        graph,
        nncf.Dataset(examples),
        preset=nncf.QuantizationPreset.PERFORMANCE,
        subset_size=len(examples),
        ignored_scope=nncf.IgnoredScope(names=spared, validate=False),
    )


def _open_examples(data: Path) -> Iterator[Canvases]:
    rows = read_rows(data, "train")
    for row in random.Random(_SEED).sample(rows, min(IMAGES, len(rows))):
        picture = open_picture(data / "images" / row["image_id"])
        yield Canvases(develop(picture, read_header(picture)).display)


def _quantise_member(folder: Path, entry: dict[str, Any], examples: list[np.ndarray]) -> dict[str, str]:
    stem = entry["name"]
    graph = ov.Core().read_model(folder / f"{stem}.xml")
    dynamic = graph.inputs[0].get_partial_shape()
    graph.reshape(list(examples[0].shape))
    quantised = quantise_graph(graph, examples)
    quantised.reshape(dynamic)
    ov.save_model(quantised, folder / f"{stem}-int8.xml", compress_to_fp16=True)
    return hash_files(folder / f"{stem}-int8.{suffix}" for suffix in ("xml", "bin"))
