"""A phrase model that says what it was told to: graphs like those of the LSTM, a word follows from the one before."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import openvino as ov
from openvino import opset13 as ops

from inference.file_hashes import hash_files
from inference.phrases.manifest import BEGIN, DECODER, ENCODER, END, MANIFEST, PAD, PhraseManifest
from inference.phrases.plan import plan_impression
from tests.fakes.impressions import make_facts

UNITS = 4
#: Of one left wrist with a suspected fracture (`make_facts`); each token once, for the next follows from the last.
TRUE = (
    *("overall a fracture is suspected ( fracture probability", "{percent}", ") . the image was analysed ."),
    *("suspected fracture of the left", "{place1}", "on", "{images1}", "( fracture probability", "{percent1}"),
    *(", 1 place marked ) .",),
)
SPOKEN = (
    "Overall a fracture is suspected (fracture probability 94%). The image was analysed. Suspected fracture of the "
    "left wrist on image 1 (series 1, instance 1) (fracture probability 94%, 1 place marked)."
)


def write_phrase_model(folder: Path, says: Sequence[str] = TRUE, *, ends: bool = True, **changes: object) -> Path:
    """Write a model that says these tokens, and begins again where it does not end."""
    folder.mkdir(parents=True, exist_ok=True)
    target = (PAD, BEGIN, END, *dict.fromkeys(says))
    numbers = [target.index(each) for each in (BEGIN, *says, END if ends else says[0])]
    following = np.zeros((len(target), len(target)), dtype=np.float32)
    for last, after in pairwise(numbers):
        following[last, after] = 1.0
    _write_encoder(folder / f"{ENCODER}.xml")
    _write_decoder(folder / f"{DECODER}.xml", following)
    values = {
        "schema": 1,
        "name": "scripted-phrases",
        "version": "0.0.1",
        "language": "en",
        "files": hash_files(folder / f"{graph}.{kind}" for graph in (ENCODER, DECODER) for kind in ("xml", "bin")),
        "source": (PAD, *_known()),
        "target": target,
        "units": UNITS,
        "longest": 40,
        "data": "none",
        "licence": "none",
        "metrics": {},
    }
    manifest = PhraseManifest.model_validate(values | changes)
    (folder / MANIFEST).write_text(manifest.model_dump_json(by_alias=True), encoding="utf-8")
    return folder


def _known() -> tuple[str, ...]:
    plan = plan_impression(make_facts())
    assert plan is not None
    return plan.source


def _inputs() -> tuple[ov.Node, ov.Node, ov.Node]:
    token = ops.parameter([1], np.int32, name="token")
    return (
        token,
        ops.parameter([1, UNITS], np.float32, name="hidden"),
        ops.parameter([1, UNITS], np.float32, name="carry"),
    )


def _write_encoder(path: Path) -> None:
    token, hidden, carry = _inputs()
    counted = ops.add(hidden, ops.unsqueeze(ops.convert(token, np.float32), ops.constant(1)))
    _save([counted, ops.relu(carry)], [token, hidden, carry], ("next_hidden", "next_carry"), path)


def _write_decoder(path: Path, following: np.ndarray) -> None:
    token, hidden, carry = _inputs()
    memory = ops.parameter([1, -1, UNITS], np.float32, name="memory")
    remembered = ops.multiply(ops.reduce_sum(memory, ops.constant([1]), keep_dims=False), ops.constant(np.float32(0)))
    logits = ops.gather(ops.constant(following), token, ops.constant(0))
    outputs = [ops.add(hidden, remembered), ops.relu(carry), logits]
    _save(outputs, [token, hidden, carry, memory], ("next_hidden", "next_carry", "logits"), path)


def _save(outputs: list[ov.Node], inputs: list[ov.Node], names: Sequence[str], path: Path) -> None:
    model = ov.Model(outputs, inputs, path.stem)
    for tensor, parameter in zip(model.inputs, inputs, strict=True):
        tensor.set_names({parameter.get_friendly_name()})
    for tensor, name in zip(model.outputs, names, strict=True):
        tensor.set_names({name})
    ov.save_model(model, path, compress_to_fp16=False)
