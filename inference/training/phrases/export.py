"""From the trained layers to the two graphs that serve, checked against the network step by step."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import openvino as ov

from domain.errors import ModelError
from inference.file_hashes import hash_files
from inference.phrases.manifest import DECODER, ENCODER
from inference.training.phrases.network import Layers, build_decoder_step, build_encoder_step

#: Largest difference of any logit between the network and its graphs, both in float32.
PARITY_TOLERANCE = 1e-3
_STATES = ("next_hidden", "next_carry")
_F32 = {"INFERENCE_PRECISION_HINT": "f32"}


def export_steps(layers: Layers, units: int, folder: Path) -> dict[str, str]:
    """Write `encoder.xml`, `decoder.xml` and their weights; return the sha256 of each file by its name."""
    with warnings.catch_warnings():
        # The converter calls a network with a list, and Keras finds that odd; so it does a single step without a mask.
        warnings.filterwarnings("ignore", message="The structure of `inputs`|Layer 'lstm_cell", category=UserWarning)
        _save(build_encoder_step(layers, units), _STATES, folder / f"{ENCODER}.xml")
        _save(build_decoder_step(layers, units), (*_STATES, "logits"), folder / f"{DECODER}.xml")
    return hash_files(folder / f"{graph}.{kind}" for graph in (ENCODER, DECODER) for kind in ("xml", "bin"))


def _save(step: Any, outputs: Sequence[str], path: Path) -> None:
    graph = ov.convert_model(step)
    for tensor, name in zip(graph.outputs, outputs, strict=True):
        tensor.set_names({name})
    # As they are: halved weights would be another model than the one whose numbers are reported.
    ov.save_model(graph, path, compress_to_fp16=False)


def require_parity(network: Any, folder: Path, told: Sequence[int], said: Sequence[int], units: int) -> float:
    """Return the largest difference of a logit along one wording.

    Args:
        told, said: numbers of the tokens for the encoder, and of those that the decoder is fed.

    Raises:
        ModelError: it is above `PARITY_TOLERANCE`.
    """
    expected = np.asarray(network([np.array([told]), np.array([said])], training=False))[0]
    difference = float(np.abs(_run_steps(folder, told, said, units) - expected).max())
    if not difference <= PARITY_TOLERANCE:
        raise ModelError(f"the exported steps differ from the network by {difference:.6f}")
    return difference


def _run_steps(folder: Path, told: Sequence[int], said: Sequence[int], units: int) -> npt.NDArray[np.float32]:
    core = ov.Core()
    encode, decode = (core.compile_model(folder / f"{graph}.xml", "CPU", _F32) for graph in (ENCODER, DECODER))
    hidden = carry = np.zeros((1, units), dtype=np.float32)
    memory, logits = [], []
    for number in told:
        answer = encode({"token": np.array([number], np.int32), "hidden": hidden, "carry": carry})
        hidden, carry = (np.array(answer[name]) for name in _STATES)
        memory.append(hidden)
    kept = np.stack(memory, axis=1)
    for number in said:
        answer = decode({"token": np.array([number], np.int32), "hidden": hidden, "carry": carry, "memory": kept})
        hidden, carry = (np.array(answer[name]) for name in _STATES)
        logits.append(np.array(answer["logits"][0]))
    return np.stack(logits)
