import pytest

from dicom_node.bench.durations import find_p99_ms, summarise


def test_the_95th_percentile_lies_between_the_ranks_and_all_are_milliseconds() -> None:
    summary = summarise([number / 1000 for number in range(1, 22)])
    assert summary == {"number": 21, "p50_ms": 11.0, "p95_ms": 20.0, "least_ms": 1.0, "most_ms": 21.0}


def test_one_duration_is_its_own_summary() -> None:
    assert summarise([0.25])["p95_ms"] == pytest.approx(250)


def test_the_99th_percentile_of_few_durations_lies_below_the_longest() -> None:
    assert find_p99_ms([number / 1000 for number in range(1, 102)]) == 100.0
    assert find_p99_ms([0.25]) == 250.0
    assert find_p99_ms([]) is None
