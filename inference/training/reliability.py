"""The rows of a reliability diagram: what was said, and what was so."""

import numpy as np
import numpy.typing as npt

#: Bins of the diagram, each with as many images.
BINS = 8
_NORMAL_975 = 1.959964


def reliability(
    probabilities: npt.NDArray[np.float64], fractured: npt.NDArray[np.bool_], bins: int = BINS
) -> list[dict[str, float]]:
    """Return the rows of the reliability diagram: bins of (nearly) as many images each, by what was said.

    Args:
        probabilities, fractured: (n,), n above 0.
    """
    order = np.argsort(probabilities, kind="stable")
    rows = []
    for part in np.array_split(order, min(bins, len(order))):
        share = float(fractured[part].mean())
        low, high = wilson(share, len(part))
        numbers = {"said": float(probabilities[part].mean()), "fractured": share, "low": low, "high": high}
        rows.append({"images": len(part), **{name: round(number, 4) for name, number in numbers.items()}})
    return rows


def wilson(share: float, images: int) -> tuple[float, float]:
    """Return the 95 % interval of a share of `images` (Wilson 1927), which also holds near 0 and 1."""
    square = _NORMAL_975**2
    middle = (share + square / (2 * images)) / (1 + square / images)
    half = _NORMAL_975 / (1 + square / images) * np.sqrt(share * (1 - share) / images + square / (4 * images**2))
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))
