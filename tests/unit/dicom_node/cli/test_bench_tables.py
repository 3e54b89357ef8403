"""Results of benchmarks as a person reads them."""

import pytest

from dicom_node.cli.bench_tables import flatten, print_result

LOAD = {"images_per_second": 27.3, "osteonode_times": 2.9, "p99_ms": 64.7, "failures": []}
INGEST = {
    "bench": "ingest",
    "receivers": [
        {"receiver": "osteonode", "what": "ours", "loads": {"10 MB on 1": LOAD}},
        {"receiver": "orthanc", "what": "theirs", "loads": {"10 MB on 1": LOAD | {"failures": ["status 0xA700"]}}},
    ],
    "absent": {"storescp": "storescp is not installed: apt-get install dcmtk"},
    "bars": {
        "10 MB on 1, against orthanc": {"measured": 2.9, "at_least": 3.0, "met": False},
        "p99 of C-STORE, ms": {"measured": 125.5, "below": 500.0, "met": True},
    },
    "meanwhile": {"p50_ms": 50.2, "p99_ms": 125.5, "read_per_second": {"alone": 7.1, "meanwhile": 6.0}},
}


def test_a_comparison_of_receivers_shows_rates_failures_bars_and_who_is_absent(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_result(INGEST)
    shown = capsys.readouterr().out
    for words in (
        "27.3 (2.9x, 64.7)",
        "orthanc, 10 MB on 1: status 0xA700",
        "storescp is not installed: apt-get install dcmtk",
        "2.9 times, NOT the least of 3.0",
        "125.5, below 500.0",
        "meanwhile read per second alone",
    ):
        assert words in shown


def test_a_summary_of_durations_is_one_value() -> None:
    summary = {"number": 3, "p50_ms": 1.0, "p95_ms": 2.0, "least_ms": 0.5, "most_ms": 2.0}
    assert dict(flatten({"image": summary})) == {"image": "1.0 ms, p95 2.0 ms (3)"}
