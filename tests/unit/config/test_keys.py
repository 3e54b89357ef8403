from config.keys import known_keys


def test_every_key_says_what_it_is_and_what_may_stand_there() -> None:
    for key in known_keys().values():
        assert key.help.endswith("."), key.dotted
        assert key.allowed, key.dotted


def test_a_number_that_measures_something_has_its_unit_in_its_name_or_counts_things() -> None:
    counts = {
        "port",
        "probability_at_least",
        "max_attempts",
        "concurrency",
        "associations",
        "processes",
        "receiving_processes",
        "threads",
    } | {
        "connections",
        "metadata",
        "peer_associations",
        "failures",
        "images",
        "requests",
        "samples",
        "seed",
        "max_silences",
        "max_resends",
        "views",
        "waiting",
        "most_kept",
        "most_waiting",
        "calls_per_minute",
        "reader_failures",
        "drift_index",
        "share",
        "input_drift_index",
        "baseline_images",
    }
    units = ("_seconds", "_days", "_mib", "_kib", "_px", "_bytes")
    numbers = [key for key in known_keys().values() if key.allowed.startswith(("number", "whole number"))]
    for key in numbers:
        assert key.path[-1] in counts or key.path[-1].endswith(units), key.dotted


def test_tables_inside_repeated_tables_are_known() -> None:
    assert known_keys()["destination", "retry", "cap_seconds"].default == 900.0
    assert known_keys()["destination",].repeated
