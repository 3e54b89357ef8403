"""How long LIME takes on EfficientNetB1 at 224 px: by Keras as classifiers are usually served, and as it is done here.

The weights are random: they change no duration. Needs the extra `models`.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from inference.backends.frameworks import load_framework, load_keras
from inference.backends.processor import has_precision
from inference.explain.lime_map import Kept, LimeMap, Probabilities, explain_kept
from inference.explain.segments import Segments, cut, hide
from inference.explain.throughput import Queue, Work
from inference.phantom.drawing import draw_phantom
from inference.phantom.spec import PhantomSpec
from inference.preprocess import Image, letterbox, stretch_contrast
from inference.zoo import Precision

SIDE_PX = 224
#: What `explain_instance` takes by default.
KERAS_BATCH = 10
#: What is compared with Keras, each where the processor has it.
PRECISIONS: tuple[Precision, ...] = ("f32", "bf16")
#: The phases, each of which scores all samples once.
PHASES = 1 + len(PRECISIONS)
_SPEC = PhantomSpec("hand", True, 1250, 1024, 71, "L", 12, view="PA", body_part="WRIST", broken_bone="radius")


def measure_lime(*, samples: int, threads: int, step: Callable[[], None]) -> dict[str, object]:
    """Explain one drawn image in one run by Keras, OpenVINO in f32, and in bf16 where the processor has it.

    Keras runs with the threads that it takes by itself. `step` is called after each way.

    Raises:
        ModelUnavailable: Keras or lime is not installed.
        ModelError: the runtime does not compute in a precision that was asked for.
    """
    model = _build_model()
    image, _ = letterbox(stretch_contrast(draw_phantom(_SPEC).pixels), SIDE_PX)
    # What is done once in a process is not LIME's time: the graph is traced, and scikit-image is loaded.
    model.predict(_to_colour(image[None]), verbose=0)
    cut(image)
    keras_seconds = _explain_by_keras(model, image, samples)
    step()
    ours = {
        precision: _explain_here(model, image, samples, threads, precision, step)
        for precision in PRECISIONS
        if has_precision(precision)
    }
    return {
        "what": f"LIME, EfficientNetB1 at {SIDE_PX} px, {samples} samples",
        "threads": threads,
        "keras_predict_seconds": round(keras_seconds, 2),
        **{f"{precision}_seconds": round(found.seconds, 2) for precision, found in ours.items()},
        **{f"keras_over_{precision}": round(keras_seconds / found.seconds, 2) for precision, found in ours.items()},
        **{f"{precision}_ms_a_sample": round(1000 * found.seconds / samples, 2) for precision, found in ours.items()},
    }


def _build_model() -> Any:
    keras = load_keras()
    trunk = keras.applications.EfficientNetB1(include_top=False, weights=None, input_shape=(SIDE_PX, SIDE_PX, 3))
    averaged = keras.layers.GlobalAveragePooling2D()(trunk.output)
    return keras.Model(trunk.input, keras.layers.Dense(1, activation="sigmoid")(averaged))


def _to_colour(images: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return (N, side, side) in 0..1 as (N, side, side, 3) in 0..255, as EfficientNet takes it."""
    return np.repeat(images[:, :, :, None] * np.float32(255), 3, axis=3)


def _explain_by_keras(model: Any, image: Image, samples: int) -> float:
    """Return the seconds of `explain_instance` with `predict`: quickshift, batches of ten, masks on the whole image."""
    explainer = load_framework("lime.lime_image").LimeImageExplainer(random_state=0)
    started = time.perf_counter()
    explainer.explain_instance(
        _to_colour(image[None])[0].astype(np.float64) / 255,
        lambda images: model.predict((images * 255).astype(np.float32), verbose=0),
        top_labels=1,
        hide_color=0,
        num_samples=samples,
        batch_size=KERAS_BATCH,
        random_seed=0,
    )
    return time.perf_counter() - started


def _explain_here(
    model: Any, image: Image, samples: int, threads: int, precision: Precision, step: Callable[[], None]
) -> LimeMap:
    graph = load_framework("openvino").convert_model(model)
    queue = Queue(graph, (SIDE_PX, SIDE_PX, 3), threads=threads, precision=precision)
    started = time.perf_counter()
    segments = cut(image)
    cutting_seconds = time.perf_counter() - started
    found = explain_kept(segments, _scorer(queue, image, segments), samples=samples)
    step()
    return replace(found, seconds=found.seconds + cutting_seconds)


def _scorer(queue: Queue, image: Image, segments: Segments) -> Callable[[Kept], Probabilities]:
    labels = segments.on_image()

    def score(kept: Kept) -> Probabilities:
        work = Work(
            len(kept),
            lambda which: _to_colour(hide(image, labels, kept[which], segments.background)),
            lambda outputs: [float(each) for each in np.ravel(next(iter(outputs.values())))],
        )
        return np.array(queue.run(work))

    return score
