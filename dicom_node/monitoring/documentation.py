"""Writes the tables of docs/monitoring.md from the code: python -m dicom_node.monitoring.documentation."""

from pathlib import Path
from typing import Final

from dicom_node.monitoring.metric_table import METRICS, Metric

PAGE: Final = Path(__file__).parents[2] / "docs" / "monitoring.md"
_BEGIN, _END = "<!-- metrics: written by python -m dicom_node.monitoring.documentation -->\n", "<!-- metrics: end -->\n"


def write_page(present: str) -> str:
    """Return the page with the table of metrics as it is now; raises ValueError where the page has no place for it."""
    before, begin, rest = present.partition(_BEGIN)
    _former, end, after = rest.partition(_END)
    if not (begin and end):
        raise ValueError("the page has no place for the table of metrics")
    return before + begin + write_metrics() + end + after


def write_metrics() -> str:
    """Return the table of metrics."""
    return "| metric | type | labels | meaning |\n|---|---|---|---|\n" + "".join(map(_write_row, METRICS))


def _write_row(metric: Metric) -> str:
    labels = ", ".join(f"`{label}`" for label in metric.labels)
    return f"| `{metric.name}` | {metric.kind} | {labels} | {metric.help} |\n"


def main() -> None:
    """Write the page anew."""
    PAGE.write_text(write_page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
