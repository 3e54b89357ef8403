"""The tables that come with datasets, read strictly: a column that is not there is an error, not an empty label."""

import csv
from collections.abc import Iterable
from pathlib import Path


def read_table(path: Path, columns: Iterable[str]) -> list[dict[str, str]]:
    """Return the rows of a csv file with a header line, keyed by column; extra columns come along.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: a column is missing, a row is cut short, or there is no row.
    """
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file, restval=None)
        present = reader.fieldnames or ()
        lacking = [column for column in columns if column not in present]
        if lacking:
            raise ValueError(f"{path} lacks the column{'s' * (len(lacking) > 1)} {', '.join(lacking)}")
        rows = list(reader)
    if not rows:
        raise ValueError(f"{path} has no row below its header")
    for number, row in enumerate(rows, start=2):
        if None in row.values():
            raise ValueError(f"{path}, row {number}, has fewer fields than the header")
    return rows


def read_bare_table(path: Path, columns: int) -> list[list[str]]:
    """Return the rows of a csv file without a header line; empty lines are passed over.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: a row has another number of fields.
    """
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = [row for row in csv.reader(file) if row]
    for number, row in enumerate(rows, start=1):
        if len(row) != columns:
            raise ValueError(f"{path}, row {number}, has {len(row)} fields instead of {columns}")
    return rows


def is_set(value: str) -> bool:
    """Return whether a flag of a table is set: 1, also where a spreadsheet made 1.0 of it.

    Raises:
        ValueError: it is neither 1, nor 0, nor empty.
    """
    if value.strip() in ("", "0", "0.0"):
        return False
    if value.strip() in ("1", "1.0"):
        return True
    raise ValueError(f"a flag is 0 or 1, not {value!r}")
