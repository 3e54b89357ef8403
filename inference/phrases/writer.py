"""The phrase model at work: a step of the LSTM for each token, the likeliest one every time, until it ends.

The same findings give the same words on the same processor: no chance, one thread, float32. Serving needs no Keras.
"""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import openvino

from domain.errors import DeadlineExceeded, ModelError
from domain.impression import StudyFacts
from inference.backends.openvino import PRECISIONS, require_precision
from inference.phrases.manifest import BEGIN, DECODER, ENCODER, END, VerifiedPhrases, load_phrases
from inference.phrases.plan import Plan, plan_impression
from inference.phrases.realise import realise

Numbers = npt.NDArray[np.float32]
_PROPERTIES = {"PERFORMANCE_HINT": "LATENCY", "NUM_STREAMS": "1", "INFERENCE_NUM_THREADS": 1}


class LstmWriter:
    """Proposes impressions (the port PhraseWriter). May be called from several threads; one is served at a time.

    Args:
        seconds: longest time for one proposal.
        monotonic: a clock in seconds.
    """

    def __init__(
        self, phrases: VerifiedPhrases, seconds: float, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._manifest = phrases.manifest
        self._seconds, self._monotonic = seconds, monotonic
        self._numbers = {token: number for number, token in enumerate(phrases.manifest.source)}
        self._speaking = threading.Lock()
        core = openvino.Core()
        self._encode = _compile(core, phrases, ENCODER)
        self._decode = _compile(core, phrases, DECODER)
        self.name = phrases.manifest.title

    @classmethod
    def of_folder(cls, folder: Path, seconds: float) -> "LstmWriter":
        """Return the writer of a folder. Raises ModelError and WeightsMismatch (see `load_phrases`)."""
        return cls(load_phrases(folder), seconds)

    def propose(self, facts: StudyFacts) -> str:
        """Return an impression; nothing where these facts are none that it was trained for (see `PhraseWriter`)."""
        plan = plan_impression(facts)
        if plan is None or not set(plan.source) <= self._numbers.keys():
            return ""
        with self._speaking:
            return realise(self._speak(plan), plan.slots)

    def _speak(self, plan: Plan) -> list[str]:
        until = self._monotonic() + self._seconds
        tokens = []
        try:
            for token in self._follow(plan):
                if self._monotonic() > until:
                    raise DeadlineExceeded(f"no impression within {self._seconds:g} s", subject=self.name)
                tokens.append(token)
        except RuntimeError as error:
            raise ModelError("the runtime failed on these findings", subject=self.name) from error
        return tokens

    def _follow(self, plan: Plan) -> Iterator[str]:
        """Give the likeliest tokens one by one, at most as many as the longest wording of the training had."""
        target = self._manifest.target
        memory, hidden, carry = self._read(plan)
        number = target.index(BEGIN)
        for _ in range(self._manifest.longest):
            answer = self._decode({"token": _one(number), "hidden": hidden, "carry": carry, "memory": memory})
            hidden, carry = answer["next_hidden"], answer["next_carry"]
            number = int(np.argmax(answer["logits"][0]))
            if target[number] == END:
                return
            yield target[number]

    def _read(self, plan: Plan) -> tuple[Numbers, Numbers, Numbers]:
        """Return what the encoder makes of a plan: (1, tokens, units) to attend to, and its last states (1, units)."""
        hidden = carry = np.zeros((1, self._manifest.units), dtype=np.float32)
        memory = []
        for token in plan.source:
            answer = self._encode({"token": _one(self._numbers[token]), "hidden": hidden, "carry": carry})
            hidden, carry = answer["next_hidden"], answer["next_carry"]
            memory.append(hidden)
        return np.stack(memory, axis=1), hidden, carry


def _one(number: int) -> npt.NDArray[np.int32]:
    return np.array([number], dtype=np.int32)


def _compile(
    core: openvino.Core, phrases: VerifiedPhrases, graph: str
) -> Callable[[dict[str, Any]], dict[str, Numbers]]:
    """Return a step: named tensors in, copies of named tensors out."""
    title = phrases.manifest.title
    try:
        model = core.read_model(model=phrases.files[f"{graph}.xml"], weights=phrases.files[f"{graph}.bin"])
        compiled = core.compile_model(model, "CPU", _PROPERTIES | {"INFERENCE_PRECISION_HINT": PRECISIONS["f32"]})
    except RuntimeError as error:
        raise ModelError(f"OpenVINO cannot compile the {graph}", subject=title) from error
    require_precision(compiled, PRECISIONS["f32"], title)
    request = compiled.create_infer_request()
    names = [output.get_any_name() for output in compiled.outputs]

    def step(tensors: dict[str, Any]) -> dict[str, Numbers]:
        request.infer(tensors)
        return {name: np.array(request.get_tensor(name).data) for name in names}

    return step
