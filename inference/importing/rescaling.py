"""What a network's own first layers say of the pixel values that it takes."""

from collections.abc import Sequence
from typing import Any

from inference.zoo.manifest import Range

#: A factor up to this brings 0..255 to about one; 1/127.5, which brings it to -1..1, is twice 1/255.
_LARGEST_BYTE_FACTOR = 2.1 / 255
#: Factors of images that already are in 0..1.
_UNIT_FACTORS = (0.4, 2.1)
#: A mean above this is one of 0..255.
_LARGEST_UNIT_MEAN = 2.0


def range_of_scale(scale: float) -> Range | None:
    """Return the range that a Rescaling layer of this factor takes; None where it could be another one."""
    if 0 < scale <= _LARGEST_BYTE_FACTOR:
        return "0..255"
    return "0..1" if _UNIT_FACTORS[0] <= scale <= _UNIT_FACTORS[1] else None


def range_of_mean(means: Sequence[float]) -> Range:
    """Return the range that a Normalization layer with these means takes."""
    return "0..255" if max(means) > _LARGEST_UNIT_MEAN else "0..1"


def range_of_layers(layers: Sequence[Any]) -> tuple[Range | None, str]:
    """Return the range that a Keras model takes by its first scaling layer, and a note for a person; None without one.

    Only layers that stand before anything with weights count; one behind is part of the network.
    """
    for layer in layers:
        kind = type(layer).__name__
        if kind == "Rescaling":
            factor = layer.scale if isinstance(layer.scale, int | float) else max(layer.scale)
            return range_of_scale(float(factor)), f"it scales its input itself ({layer.name}: times {factor:.6g})"
        if kind == "Normalization":
            means = [float(mean) for mean in _flat(layer.mean)]
            return range_of_mean(means), f"it normalises its input itself ({layer.name}: mean {max(means):.4g})"
        if getattr(layer, "weights", None) and not hasattr(layer, "layers"):
            break
    return None, ""


def _flat(values: Any) -> list[Any]:
    import numpy as np

    return list(np.asarray(values).reshape(-1))
