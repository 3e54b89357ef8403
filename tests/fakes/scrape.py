"""What a monitoring system reads from a page of metrics."""

from collections.abc import Mapping

from prometheus_client.parser import text_string_to_metric_families

Labels = frozenset[tuple[str, str]]


def parse_samples(page: str) -> Mapping[tuple[str, Labels], float]:
    """Return the samples of a page in the text format, by name and labels."""
    families = text_string_to_metric_families(page)
    return {(each.name, frozenset(each.labels.items())): each.value for family in families for each in family.samples}


def sample(page: str, name: str, **labels: str) -> float | None:
    """Return one sample of a page, None where it has none of that name and exactly these labels."""
    return parse_samples(page).get((name, frozenset(labels.items())))
