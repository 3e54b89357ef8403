"""What is wrong with a parsed configuration file, all of it at once, in words for the person who wrote the file."""

import copy
import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.keys import Key, known_keys
from config.route_faults import find_faults
from config.settings import Destination, Route, Settings
from config.toml_lines import nearest_line
from domain.tier import Tier

Location = tuple[str | int, ...]
_LONGEST_VALUE = 60
#: Tables that may stand any number of times, each under a name of its own.
_NAMED_TABLES = ("destination", "folder", "http_client", "orthanc")
_Table = TypeVar("_Table", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem: where it is, and a sentence. A value of an unknown key never stands in it: it may be a secret."""

    location: Location
    sentence: str

    def line(self, lines: dict[Location, int]) -> int | None:
        """Return the line of the file that this is about, if it is known."""
        return nearest_line(lines, self.location)

    def describe(self, lines: dict[Location, int]) -> str:
        """Return the problem as one line of text."""
        line = self.line(lines)
        where = f"line {line}: " if line else ""
        return f"{where}{write_location(self.location)}{self.sentence}"


def find_problems(tables: dict[str, Any]) -> tuple[Problem, ...]:
    """Return every problem of `tables`; empty where Settings accept them.

    pydantic checks the rules between keys only where every key passed, so the rest is checked again without those that
    failed.
    """
    rest = copy.deepcopy(tables)
    found: dict[Location, Problem] = {}
    for error in (errors := _validate(rest)):
        _note(_explain(error), found)
    for error in errors:
        if error["type"] not in ("missing_for_kind", "sends_nothing"):
            _take_out(rest, error["loc"])
    for error in _validate(rest):
        _note(_explain(error), found)
    if placed := (*_repeated_names(tables), *_contradicting_tiers(tables), *_faulty_routes(tables)):
        found.pop((), None)  # the same rules, told by the settings without a place
        _note(placed, found)
    return tuple(found.values())


def _note(problems: Iterable[Problem], found: dict[Location, Problem]) -> None:
    """Keep what is new: a key that was taken out for one problem has no second one."""
    for problem in problems:
        depths = range(1, len(problem.location) + 1)
        if not any(problem.location[:depth] in found for depth in depths):
            found[problem.location] = problem


def _repeated_names(tables: dict[str, Any]) -> Iterator[Problem]:
    """Settings check this too, but only where every entry passed."""
    for table in _NAMED_TABLES:
        names = [each.get("name") for each in _entries(tables, table)]
        for number, name in enumerate(names):
            if name is not None and name in names[:number]:
                words = f" = {write_value(name)} is also the name of an earlier {table}; names are unique"
                yield Problem((table, number, "name"), words)


def _contradicting_tiers(tables: dict[str, Any]) -> Iterator[Problem]:
    """Senders of one title with different tiers: an image does not say by which of the two it came."""
    first: dict[Any, Any] = {}
    for number, sender in enumerate(_entries(tables, "sender")):
        title, tier = sender.get("ae_title"), sender.get("tier", Tier.FULL.value)
        if isinstance(title, str) and isinstance(tier, str) and first.setdefault(title.strip(), tier) != tier:
            yield Problem(
                ("sender", number, "tier"),
                f" = {write_value(tier)}, but an earlier sender of this ae_title has another; a title has one tier",
            )


def _faulty_routes(tables: dict[str, Any]) -> Iterator[Problem]:
    """Settings check the routes too, but without a place, and only where everything else passed."""
    routes = {number: route for number, each in enumerate(_entries(tables, "route")) if (route := _make(Route, each))}
    takes = {
        str(each.get("name")): made.sends if (made := _make(Destination, each)) else None
        for each in _entries(tables, "destination")
    }
    for fault in find_faults(routes, takes):
        yield Problem(("route", fault.route, *fault.key), fault.sentence)


def _make(kind: type[_Table], entry: dict[str, Any]) -> _Table | None:
    """Return a table by itself; None where it has problems, which are told as its own."""
    try:
        return kind.model_validate(entry)
    except ValidationError:
        return None


def _entries(tables: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the tables of a repeated table; what is none counts as empty, and keeps the numbers of the others."""
    entries = tables.get(name, [])
    return [each if isinstance(each, dict) else {} for each in entries] if isinstance(entries, list) else []


def _validate(tables: dict[str, Any]) -> list[ErrorDetails]:
    try:
        Settings.model_validate(tables)
    except ValidationError as error:
        return error.errors()
    return []


def _is_known(location: Location, found: dict[Location, Problem]) -> bool:
    """A key that was taken out, or one inside it, is reported once."""
    return any(location[:depth] in found for depth in range(1, len(location) + 1))


def _take_out(tables: dict[str, Any], location: Location) -> None:
    """Remove the key at `location`; for a value inside a list of values, the list."""
    names = list(location)
    while len(names) > 1 and isinstance(names[-1], int):
        names.pop()
    holder: Any = tables
    for part in names[:-1]:
        holder = holder.get(part, {}) if isinstance(holder, dict) else holder[part]
    if names and isinstance(holder, dict):
        holder.pop(names[-1], None)


def _explain(error: ErrorDetails) -> tuple[Problem, ...]:
    location = error["loc"]
    if not location:
        return (Problem(location, _message(error)),)
    if error["type"] == "extra_forbidden":
        return (Problem(location, f": unknown key{_suggest(_names(location))}"),)
    if error["type"] == "missing":
        key = known_keys()[_names(location)]
        return (Problem(location, f": missing; {_allowed(key)}"),)
    if error["type"] == "missing_for_kind":
        return tuple(
            Problem((*location, name), f": missing; a destination of kind {error['ctx']['kind']} needs it")
            for name in error["ctx"]["keys"]
        )
    if error["type"] == "rule":  # between the keys of one table
        return (Problem(location, f": {_message(error)}"),)
    if error["type"] == "sends_nothing":
        where = (*location, error["ctx"]["key"])
        return (Problem(where, f": nothing of this can go to a destination of kind {error['ctx']['kind']}"),)
    return (_explain_value(error),)


def _explain_value(error: ErrorDetails) -> Problem:
    location = error["loc"]
    names = _names(location)
    key = known_keys().get(names)
    above = known_keys().get(names[:-1])
    if key is None and above is not None and not above.table:  # in a value that is a table of a site's own keys
        return Problem(location, f" = {write_value(error['input'])} cannot stand here; {_message(error)}")
    if key is None or key.table:
        what = "tables" if key and key.repeated else "a table"
        header = write_location(_names(location))
        wanted = f"[[{header}]]" if what == "tables" else f"[{header}]"
        return Problem(location, f": must be {what}, written {wanted}")
    why = f"{_message(error)}; " if error["type"] == "value_error" else ""
    return Problem(location, f" = {write_value(error['input'])} cannot stand here; {why}{_allowed(key)}")


def _allowed(key: Key) -> str:
    return f"allowed: {key.allowed}. {key.help}"


def _message(error: ErrorDetails) -> str:
    return error["msg"].removeprefix("Value error, ")


def _names(location: Location) -> tuple[str, ...]:
    return tuple(part for part in location if isinstance(part, str))


def _suggest(path: tuple[str, ...]) -> str:
    """Return the nearest known key: one of the same table first, then the same name in another table."""
    table = path[:-1]
    beside = [known[-1] for known in known_keys() if known[:-1] == table]
    near = difflib.get_close_matches(path[-1].lower(), beside, n=1, cutoff=0.6)
    if near:
        return f"; did you mean {'.'.join((*table, near[0]))}?"
    elsewhere = [key for key in known_keys().values() if key.path[-1] == path[-1].lower()]
    if elsewhere:  # for all before for some: not of a table that may stand any number of times
        likely = min(elsewhere, key=lambda key: known_keys()[key.path[:1]].repeated)
        return f"; did you mean {likely.dotted}?"
    everything = {key.path[-1]: key.dotted for key in known_keys().values()}
    near = difflib.get_close_matches(path[-1].lower(), everything, n=1, cutoff=0.7)
    return f"; did you mean {everything[near[0]]}?" if near else f"; known here: {', '.join(beside)}"


def write_location(location: Location) -> str:
    """Return a location as people write it: `sender[2].address`, repeated tables counted from 1."""
    words = ""
    for part in location:
        words += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if words else part
    return words


def write_value(value: Any) -> str:
    """Return a value as TOML writes it, shortened."""
    words = {True: "true", False: "false"}[value] if isinstance(value, bool) else _quote(value)
    return words if len(words) <= _LONGEST_VALUE else f"{words[:_LONGEST_VALUE]}..."


def _quote(value: Any) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' if isinstance(value, str) else str(value)
