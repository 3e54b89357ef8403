"""One JSON line per image: the contract of `osteonode read --json`. Keys are only ever added."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from domain.finding import Fracture, ImageReading, Labelled, Reason


def write_line(
    path: Path | str, study_instance_uid: str, reading: ImageReading, recommendations: Sequence[dict[str, Any]] = ()
) -> str:
    """Return the line of one image, without its line end.

    UIDs are null where the file states none. Boxes are in pixels of the stored image: origin at the outer corner of
    the top-left pixel, x to the right, y down. Probabilities lie in 0..1. `milliseconds` is the time the reading took.
    `recommendations` are what guidelines suggest; empty unless asked for.
    """
    line = {
        "path": str(path),
        "study_instance_uid": study_instance_uid or None,
        "sop_instance_uid": reading.sop_instance_uid or None,
        "status": reading.status.value,
        "reason": _reason(reading.reason),
        "region": _labelled(reading.region) if reading.region else None,
        "fracture": _fracture(reading.fracture),
        "boxes": _plain(reading.boxes, ("label", "probability", "x_min_px", "y_min_px", "x_max_px", "y_max_px")),
        "types": [_labelled(each) for each in reading.types],
        "members": _plain(reading.members, ("model", "version", "sha256", "probability", "milliseconds")),
        "silent": _plain(reading.silent, ("model", "version", "reason")),
        "milliseconds": reading.milliseconds,
        "recommendations": list(recommendations),
    }
    return json.dumps(line, ensure_ascii=False, allow_nan=False)


def _reason(reason: Reason | None) -> dict[str, str] | None:
    return {"code": reason.code, "text": reason.text} if reason else None


def _labelled(labelled: Labelled) -> dict[str, str | float]:
    return {"label": labelled.label, "probability": labelled.probability}


def _fracture(fracture: Fracture | None) -> dict[str, Any] | None:
    if fracture is None:
        return None
    return {
        "state": fracture.state.value,
        "probability": fracture.probability,
        "interval": list(fracture.interval),
    }


def _plain(items: tuple[Any, ...], keys: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{key: getattr(item, key) for key in keys} for item in items]
