"""What was measured, beside what it must stay below."""

from collections.abc import Mapping


def judge(measured: Mapping[str, float], bars: Mapping[str, float]) -> dict[str, dict[str, float | bool]]:
    """Return each measured value beside its bar, and whether it stays below."""
    return {name: {"measured": measured[name], "below": bar, "met": measured[name] < bar} for name, bar in bars.items()}
