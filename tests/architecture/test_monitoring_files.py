"""The dashboard and the alerting rules speak of metrics and labels that there are."""

import json
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

from dicom_node.monitoring.alerts.causes import READER_REASONS
from dicom_node.monitoring.metric_table import METRICS

DOCKER = Path(__file__).parents[2] / "docker"
#: What PromQL itself has of the words that stand in our expressions.
PROMQL = {"by", "changes", "histogram_quantile", "increase", "max", "min", "or", "rate", "sum", "time", "vector"}
#: What Prometheus adds: the metric `up`, and labels of what was scraped.
ADDED_METRICS, ADDED_LABELS = {"up"}, {"instance", "job"}
HISTOGRAM_SAMPLES = ("_bucket", "_sum", "_count")
_STRING, _WORD = re.compile(r'"[^"]*"'), re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_DURATION = re.compile(r"\[\d+[smhd]\]")


def known_samples() -> dict[str, set[str]]:
    """Return the labels of every sample that is exposed, by its name."""
    found = {name: set[str]() for name in ADDED_METRICS}
    for metric in METRICS:
        names = [metric.name + end for end in HISTOGRAM_SAMPLES] if metric.kind == "histogram" else [metric.name]
        found |= {name: {*metric.labels} | ({"le"} if name.endswith("_bucket") else set()) for name in names}
    return found


def dashboard() -> dict[str, Any]:
    return json.loads((DOCKER / "grafana" / "osteonode-dashboard.json").read_text(encoding="utf-8"))


def rules() -> list[dict[str, Any]]:
    text = (DOCKER / "prometheus" / "osteonode-alerts.yml").read_text(encoding="utf-8")
    return [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]


def expressions() -> Iterator[str]:
    found = dashboard()
    yield from (target["expr"] for panel in found["panels"] for target in panel.get("targets", ()))
    yield from (each["expr"] for each in found["annotations"]["list"])
    yield from (rule["expr"] for rule in rules())


@pytest.mark.parametrize("expression", [*expressions()])
def test_every_word_of_an_expression_is_a_metric_a_label_of_it_or_promql(expression: str) -> None:
    samples = known_samples()
    words = set(_WORD.findall(_DURATION.sub("", _STRING.sub("", expression))))
    named = words & samples.keys()
    labels = set[str]().union(*(samples[name] for name in named)) | ADDED_LABELS
    assert named, "an expression without a metric"
    assert words - PROMQL - samples.keys() - labels == set()
    assert expression.count("(") == expression.count(")")


@pytest.mark.parametrize("expression", [*expressions()])
def test_what_only_grows_is_asked_for_its_growth_and_nothing_else_is(expression: str) -> None:
    growing = {name for name in known_samples() if name.endswith(("_total", *HISTOGRAM_SAMPLES))}
    for name in set(_WORD.findall(_STRING.sub("", expression))) & growing:
        assert re.search(rf"(rate|increase)\({name}[{{\[]", expression)


def test_codes_that_rules_select_are_codes() -> None:
    text = " ".join(rule["expr"] for rule in rules())
    (reasons,) = [m.group(1) for m in re.finditer(r'reason=~"([^"]+)"', text)]
    assert set(reasons.split("|")) == READER_REASONS


def test_every_metric_stands_in_the_dashboard_or_in_a_rule_or_says_who_it_is() -> None:
    named = set(_WORD.findall(" ".join(expressions()) + json.dumps(dashboard()["templating"])))
    samples = {metric.name: {metric.name, f"{metric.name}_bucket"} for metric in METRICS}
    unused = {name for name, of in samples.items() if not of & named}
    assert unused == {"osteonode_instances_known_total", "osteonode_breaker_state", "osteonode_ledger_readable"}


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_a_rule_says_what_happened_what_to_do_and_how_bad_it_is(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in ("critical", "warning")
    assert {"summary", "description"} == rule["annotations"].keys()
    assert re.fullmatch(r"\d+[smh]", rule["for"])
    named = set(re.findall(r"\$labels\.([a-z_]+)", json.dumps(rule["annotations"])))
    samples = known_samples()
    metrics = set(_WORD.findall(rule["expr"])) & samples.keys()
    assert named <= set[str]().union(*(samples[name] for name in metrics)) | ADDED_LABELS
    if grouped := re.search(r"by \(([^)]*)\)", rule["expr"]):
        assert named <= {label.strip() for label in grouped.group(1).split(",")}


def test_panels_have_a_title_a_description_and_a_place_of_their_own() -> None:
    panels = dashboard()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    for panel in (each for each in panels if each["type"] != "row"):
        assert panel["title"]
        assert panel["description"].endswith(".")
        assert panel["datasource"]["uid"] == "${datasource}"
    for one, other in combinations([panel["gridPos"] for panel in panels], 2):
        assert not overlap(one, other)


def overlap(one: dict[str, int], other: dict[str, int]) -> bool:
    """Return whether two places of the dashboard's grid have a cell in common."""
    apart = [
        one[at] + one[size] <= other[at] or other[at] + other[size] <= one[at] for at, size in (("x", "w"), ("y", "h"))
    ]
    return not any(apart)


def test_a_misspelt_metric_would_be_found() -> None:
    with pytest.raises(AssertionError):
        test_every_word_of_an_expression_is_a_metric_a_label_of_it_or_promql("sum(osteonode_dead_leters)")
    with pytest.raises(AssertionError):
        test_every_word_of_an_expression_is_a_metric_a_label_of_it_or_promql("sum by (host) (osteonode_dead_letters)")
