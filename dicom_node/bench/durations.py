"""A series of durations in the words of a result."""

from collections.abc import Sequence
from statistics import median, quantiles


def summarise(seconds: Sequence[float]) -> dict[str, float | int]:
    """Return number, median, 95th percentile (linear between ranks), least and most, in milliseconds."""
    p95 = quantiles(seconds, n=20, method="inclusive")[-1] if len(seconds) > 1 else seconds[0]
    values = {"p50": median(seconds), "p95": p95, "least": min(seconds), "most": max(seconds)}
    return {"number": len(seconds), **{f"{name}_ms": round(value * 1000, 1) for name, value in values.items()}}


def find_p99_ms(seconds: Sequence[float]) -> float | None:
    """Return the 99th percentile (linear between ranks) in milliseconds; None of nothing."""
    if len(seconds) < 2:
        return round(seconds[0] * 1000, 1) if seconds else None
    return round(quantiles(seconds, n=100, method="inclusive")[-1] * 1000, 1)
