"""An explanation as JSON: the numbers behind its pictures."""

from pathlib import Path

import numpy as np

from domain.finding import Box, ImageReading
from inference.explain.heat_maps import HeatMap
from inference.explain.lime_map import LimeMap
from reporting import wording


def describe_explanation(
    path: Path, reading: ImageReading, heat: HeatMap | None, region: Box | None, lime: LimeMap | None, *, seed: int
) -> dict[str, object]:
    """Return what explains the reading of one image, which was read.

    Boxes are x_min, y_min, x_max, y_max in stored-image pixels; weights of parts are in probability, the largest first.
    """
    assert reading.fracture is not None
    return {
        "file": str(path),
        "notice": wording.NOT_A_DIAGNOSIS,
        "sop_instance_uid": reading.sop_instance_uid,
        "rows": reading.rows,
        "columns": reading.columns,
        "fracture": {"state": reading.fracture.state.value, "probability": round(reading.fracture.probability, 4)},
        "models": [{"name": each.model, "version": each.version} for each in reading.members],
        "model_set": reading.model_set,
        "heat_map": None if heat is None else _heat_as_json(heat),
        "region_of_interest": corners_of(region),
        "lime": None if lime is None else _lime_as_json(lime, seed),
    }


def _heat_as_json(heat: HeatMap) -> dict[str, object]:
    """Return which member's map was drawn and what made it, or why there is none."""
    told: dict[str, object] = {"method": heat.origin, "model": heat.model}
    return told | ({"problem": heat.problem} if heat.problem else {})


def _lime_as_json(lime: LimeMap, seed: int) -> dict[str, object]:
    parts = sorted(range(len(lime.by_segment)), key=lambda part: -abs(lime.by_segment[part]))
    return {
        "samples": lime.samples,
        "seed": seed,
        "seconds": round(lime.seconds, 2),
        "r2": round(lime.r2, 4),
        "probability": round(lime.probability, 4),
        "intercept": round(lime.intercept, 4),
        "parts": [
            {
                "weight": round(lime.by_segment[part], 5),
                "outside_the_anatomy": part == lime.outside,
                "box_px": _extent(lime, part),
            }
            for part in parts
        ],
    }


def _extent(lime: LimeMap, part: int) -> list[int]:
    rows, columns = np.nonzero(lime.segments == part)
    return [int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1]


def corners_of(box: Box | None) -> list[float] | None:
    """Return a box as x_min, y_min, x_max, y_max."""
    return None if box is None else [box.x_min_px, box.y_min_px, box.x_max_px, box.y_max_px]
