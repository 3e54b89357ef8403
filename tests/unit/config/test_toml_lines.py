from config.toml_lines import find_lines, nearest_line

TEXT = """\
# port = 1
[node]
port = 2

[[destination]]
name = "a"
[destination.retry]
first_seconds = 1

[[destination]]
retry.cap_seconds = 9
"""


def test_each_key_has_its_line_and_repeated_tables_are_numbered() -> None:
    assert find_lines(TEXT) == {
        ("node",): 2,
        ("node", "port"): 3,
        ("destination", 0): 5,
        ("destination", 0, "name"): 6,
        ("destination", 0, "retry"): 7,
        ("destination", 0, "retry", "first_seconds"): 8,
        ("destination", 1): 10,
        ("destination", 1, "retry", "cap_seconds"): 11,
    }


def test_a_key_without_a_line_has_that_of_the_table_around_it() -> None:
    lines = find_lines(TEXT)
    assert nearest_line(lines, ("destination", 1, "port")) == 10
    assert nearest_line(lines, ("reading", "threads")) is None
