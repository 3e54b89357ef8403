import pytest

from dicom_node.monitoring.documentation import PAGE, write_page
from dicom_node.monitoring.metric_table import METRICS, Metric

#: The base units of Prometheus that we measure in, and what has none.
UNITS = (
    "_seconds",
    "_bytes",
    "_total",
    "_items",
    "_files",
    "_info",
    "_ratio",
    "_ok",
    "_up",
    "_state",
    "_held",
    "_letters",
    "_readable",
    "_index",
    "_limit",
    "_mode",
    "_ratio",
    "_kappa",
    "_studies",
    "_reports",
)


@pytest.mark.parametrize("metric", METRICS, ids=lambda each: each.name)
def test_a_name_ends_in_a_base_unit_or_says_what_is_counted(metric: Metric) -> None:
    assert metric.name.endswith(UNITS)
    assert "milliseconds" not in metric.name
    assert metric.help.endswith(".")


def test_no_name_stands_twice() -> None:
    assert len({each.name for each in METRICS}) == len(METRICS)


@pytest.mark.parametrize(
    ("name", "kind", "buckets"),
    [
        ("received_total", "counter", ()),
        ("osteonode_received", "counter", ()),
        ("osteonode_depth_total", "gauge", ()),
        ("osteonode_time_seconds", "histogram", ()),
        ("osteonode_depth", "gauge", (1.0,)),
    ],
)
def test_what_breaks_the_rules_of_naming_is_refused(name: str, kind: str, buckets: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match=name):
        Metric(name, kind, "Help.", (), buckets)


def test_the_table_in_the_documentation_is_current() -> None:
    present = PAGE.read_text(encoding="utf-8")
    assert present == write_page(present), "run: python -m dicom_node.monitoring.documentation"
