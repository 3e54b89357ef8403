"""Stands in for torchvision beside a CPU build of torch: its own builds for GPUs do not load there.

ultralytics asks for the version, and for `ops.nms` of models that suppress overlaps outside the graph.
"""

from types import SimpleNamespace
from typing import Any

__version__ = "0.28.0"


def _nms(boxes: Any, scores: Any, iou_threshold: float) -> Any:
    from ultralytics.utils.nms import TorchNMS

    return TorchNMS.nms(boxes, scores, iou_threshold)


ops = SimpleNamespace(nms=_nms)
