"""The result of a benchmark as a person reads it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dicom_node.cli.terminal import make_table, print_table

_NUMBERS = ("ms an image", "images/s", "x baseline", "CPU ms", "CPU x less", "RSS MiB", "RSS x less")
#: Keys of a way that a network alone does not have.
_OF_A_PROCESS = ("cpu_ms", "baseline_cpu_over_this", "rss_mib", "baseline_rss_over_this")

#: What has a table of its own.
_TABLES = frozenset({"groups", "receivers", "looks"})


def print_result(result: Mapping[str, Any]) -> None:
    """Print a result to stdout: one table, and before it those of what was compared."""
    for group in result.get("groups", ()):
        _print_group(group)
    if "receivers" in result:
        _print_receivers(result["receivers"])
    if "looks" in result:
        _print_looks(result["looks"])
    table = make_table(("measured", "value"))
    for name, value in flatten({name: value for name, value in result.items() if name not in _TABLES}):
        table.add_row(name.replace("_", " "), str(value))
    print_table(table)


def flatten(result: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, object]]:
    """Return the values of a result with their names one after the other; a summary of durations is one value."""
    for name, value in result.items():
        if isinstance(value, Mapping) and {"number", "p50_ms", "p95_ms"} <= value.keys():
            processor = f", processor {value['processor_ms']} ms" if "processor_ms" in value else ""
            yield f"{above}{name}", f"{value['p50_ms']} ms, p95 {value['p95_ms']} ms ({value['number']}){processor}"
        elif isinstance(value, Mapping) and "below" in value:
            yield f"{above}{name}", f"{value['measured']}, {_JUDGED[bool(value['met'])]} {value['below']}"
        elif isinstance(value, Mapping) and "at_least" in value:
            yield f"{above}{name}", f"{value['measured']} times, {_REACHED[bool(value['met'])]} {value['at_least']}"
        elif isinstance(value, Mapping):
            yield from flatten(value, f"{above}{name} ")
        else:
            yield f"{above}{name}", value


_JUDGED = {True: "below", False: "NOT below"}
_REACHED = {True: "at least", False: "NOT the least of"}


def _print_group(group: Mapping[str, Any]) -> None:
    table = make_table(("way", "network", *_NUMBERS), numbers=_NUMBERS, title=str(group["group"]))
    for way in group["ways"]:
        table.add_row(str(way["way"]), "all", *_speed(way), *(str(way[key]) for key in _OF_A_PROCESS))
        for each in way.get("networks", ()):
            table.add_row("", str(each["network"]), *_speed(each), *("" for _ in _OF_A_PROCESS))
    print_table(table)


def _print_receivers(receivers: Sequence[Mapping[str, Any]]) -> None:
    """Print images a second, how many times as many the node takes, and the 99th percentile of the answers."""
    loads = tuple(receivers[0]["loads"])
    table = make_table(("images/s (osteonode x, p99 ms)", *loads, "keeps"), numbers=loads)
    for receiver in receivers:
        cells = (_cell(load) for load in receiver["loads"].values())
        table.add_row(str(receiver["receiver"]), *cells, str(receiver["what"]))
    print_table(table)
    for receiver in receivers:
        for name, load in receiver["loads"].items():
            for failure in load["failures"]:
                print(f"{receiver['receiver']}, {name}: {failure}")


def _print_looks(looks: Sequence[Mapping[str, Any]]) -> None:
    """Print what a node held after each part of its studies; memory by process, in MiB."""
    pids = list(dict.fromkeys(pid for look in looks for pid in look["rss_mib"]))
    table = make_table(("studies", *(f"RSS {pid}" for pid in pids), "files", "threads", "rows", "MB", "largest tables"))
    for look in looks:
        memory = (str(look["rss_mib"].get(pid, "")) for pid in pids)
        rest = (str(look[name]) for name in ("files", "threads", "rows", "disk_mb"))
        largest = ", ".join(f"{name} {rows}" for name, rows in look["largest_tables"].items())
        table.add_row(str(look["studies"]), *memory, *rest, largest)
    print_table(table)


def _cell(load: Mapping[str, Any]) -> str:
    return f"{load['images_per_second']} ({load['osteonode_times']}x, {load['p99_ms']})"


def _speed(measured: Mapping[str, Any]) -> tuple[str, str, str]:
    return str(measured["p50_ms"]), str(measured["images_per_second"]), str(measured["times_baseline"])
