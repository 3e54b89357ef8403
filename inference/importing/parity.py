"""Whether what was written answers as the framework that it came from, on images of the kind it will see.

Noise proves nothing: far from the images that a network was trained on its activations grow until rounding decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from domain.errors import ModelError
from inference.backends import Tensor

#: Largest difference that float32 in another order of additions may make, by output.
PROBABILITY_TOLERANCE, LOGIT_TOLERANCE, BOX_TOLERANCE_PX = 1e-4, 1e-3, 1e-2


@dataclass(frozen=True, slots=True)
class Difference:
    """The largest difference of one quantity over all images, and what it may be.

    Attributes:
        spread: the largest change of the quantity from one image to another. Without any, agreement says little.
    """

    quantity: str
    largest: float
    tolerance: float
    unit: str
    spread: float

    @property
    def is_within(self) -> bool:
        """Whether the two agree; a value that is no number does not."""
        return self.largest <= self.tolerance


_PARTS: Mapping[str, tuple[tuple[str, slice, float, str], ...]] = {
    "fracture_logit": (("fracture_logit", slice(None), LOGIT_TOLERANCE, "logit"),),
    "fracture_map": (("fracture_map", slice(None), LOGIT_TOLERANCE, "logit"),),
    "centres": (("centres", slice(None), LOGIT_TOLERANCE, "logit"),),
    "distances": (("distances", slice(None), BOX_TOLERANCE_PX, "px"),),
    "yolo": (
        ("yolo boxes", slice(0, 4), BOX_TOLERANCE_PX, "px"),
        ("yolo scores", slice(4, None), PROBABILITY_TOLERANCE, "probability"),
    ),
}


def compare(expected: Sequence[Mapping[str, Tensor]], found: Sequence[Mapping[str, Tensor]]) -> tuple[Difference, ...]:
    """Return the differences of every output over all images, one mapping an image.

    Raises:
        ModelError: an output is missing, or has another shape, or is not finite.
    """
    return tuple(
        _difference(part, _stack(expected, name), _stack(found, name))
        for name in expected[0]
        for part in _PARTS.get(name, ((name, slice(None), PROBABILITY_TOLERANCE, "probability"),))
    )


def require_parity(differences: Sequence[Difference], *, subject: str) -> None:
    """Raise ModelError unless every output agrees within its tolerance."""
    broken = [each for each in differences if not each.is_within]
    if broken:
        told = "; ".join(
            f"{each.quantity} differs by {each.largest:.3g} ({each.unit}), more than {each.tolerance:g}"
            for each in broken
        )
        raise ModelError(f"what was converted does not answer as the model it came from: {told}", subject=subject)


def _stack(answers: Sequence[Mapping[str, Tensor]], name: str) -> Tensor:
    if any(name not in answer for answer in answers):
        raise ModelError(f"the output {name} is missing after conversion")
    stacked = np.concatenate([answer[name] for answer in answers])
    if not np.isfinite(stacked).all():
        raise ModelError(f"the output {name} is not a finite number on an image of the kind it will see")
    return stacked


def _difference(part: tuple[str, slice, float, str], expected: Tensor, found: Tensor) -> Difference:
    quantity, rows, tolerance, unit = part
    if expected.shape != found.shape:
        raise ModelError(f"{quantity} has the shape {found.shape} after conversion, {expected.shape} before")
    before, after = expected[:, rows].astype(np.float64), found[:, rows].astype(np.float64)
    largest, spread = np.abs(before - after).max(), np.ptp(before, axis=0).max()
    return Difference(quantity, float(largest), tolerance, unit, float(spread))
