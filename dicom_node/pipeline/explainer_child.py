"""What runs inside the process that explains a study: one study, then it ends. Nothing here hurries.

The documents are written here too, so that the node has nothing to do for them but to keep them.
"""

import logging
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from config.settings import Explanations, Reading
from dicom_node.pipeline.child_life import live_with_the_parent
from dicom_node.pipeline.heap import give_back_freed_memory
from dicom_node.ports import ExplanationTask
from domain.document import Document
from domain.errors import ModelError, OsteonodeError
from domain.finding import ImageReading

if TYPE_CHECKING:
    from inference.explain.fused_score import FusedScore
    from reporting.captures.part_weights import PartWeights

#: Makes the documents that explain a study; importable by name in the child.
Explain = Callable[[ExplanationTask], tuple[Document, ...]]
Answer = tuple[Document, ...] | OsteonodeError | OSError

_log = logging.getLogger(__name__)


def serve(pipe: "Connection[Answer, ExplanationTask]", explain: Explain, stand_back: Callable[[], None]) -> None:
    """Answer the one task that comes through the pipe: with its documents, or with the error that kept them back."""
    stand_back()
    live_with_the_parent()
    give_back_freed_memory()
    try:
        task = pipe.recv()
    except (EOFError, ConnectionResetError):
        return
    pipe.send(_answer(explain, task))


def _answer(explain: Explain, task: ExplanationTask) -> Answer:
    try:
        return explain(task)
    except (OsteonodeError, OSError) as error:
        return error
    except MemoryError:
        return ModelError("there was not enough memory")
    except Exception as error:  # the outermost loop of this process: the node must hear of it
        # The frames only: a message may quote the data set.
        _log.error("explainer_failed %s\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
        return ModelError(f"a fault of this software: {type(error).__name__}; its log has the details")


def explain_by_lime(reading: Reading, settings: Explanations, task: ExplanationTask) -> tuple[Document, ...]:
    """Return a LIME capture for each image of a task that is to be explained.

    Args:
        reading: which bundle, in which precision.
        settings: samples, seed and threads.

    Raises:
        ModelUnavailable: the package lime is not installed, or no model can be asked in this way.
        ModelError: the bundle cannot be used, or is not the one that read the images.
        DocumentError: a document would leave non-conformant.
    """
    import cv2

    from inference.backends.frameworks import require_frameworks
    from inference.zoo import BUNDLED, load_manifest, model_set
    from reporting.captures.lime_capture import compose_lime

    require_frameworks("lime")
    cv2.setNumThreads(settings.threads)
    bundle = reading.bundle or BUNDLED
    if model_set(load_manifest(bundle, reading.precision)) != task.findings.model_set:
        raise ModelError("the bundle is not the one that read the images", subject=task.findings.study_instance_uid)
    scores = _Scores(bundle, reading, settings)
    weights = {
        image.sop_instance_uid: _weigh(task.files[image.sop_instance_uid], scores.of(image), settings)
        for image in task.findings.read
        if image.sop_instance_uid in task.explained
    }
    return compose_lime(task.context, task.findings, task.evidence(), weights)


class _Scores:
    """What scores images of a region: loaded once, however many images of a study show it."""

    def __init__(self, bundle: Path, reading: Reading, settings: Explanations) -> None:
        self._bundle, self._precision, self._threads = bundle, reading.precision, settings.threads
        self._by_region: dict[str, FusedScore] = {}

    def of(self, image: ImageReading) -> "FusedScore":
        from inference.explain.fused_score import FusedScore

        region = image.region.label if image.region else ""
        if region not in self._by_region:
            self._by_region[region] = FusedScore(self._bundle, region, threads=self._threads, precision=self._precision)
        return self._by_region[region]


def _weigh(path: Path, score: "FusedScore", settings: Explanations) -> "PartWeights":
    from inference.explain.lime_map import explain_kept
    from inference.explain.segments import cut
    from inference.radiograph import develop, open_instance
    from reporting.captures.part_weights import PartWeights

    display = develop(open_instance(path)).display
    segments = cut(display, seed=settings.seed)
    lime = explain_kept(segments, score.of(display, segments), samples=settings.samples, seed=settings.seed)
    return PartWeights(
        labels=segments.labels,
        by_part=lime.by_segment,
        outside=lime.outside,
        samples=lime.samples,
        seed=settings.seed,
        r2=lime.r2,
        models=score.versions,
    )
