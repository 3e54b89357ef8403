"""Our runtime against the way in which fracture models are usually served: all in one run, round by round in turns.

Whatever else the machine does hits every way alike, so ratios hold where milliseconds do not: a ratio is the median
over the rounds of what the baseline took over what a way took. A busy machine still favours the way that hands less
from thread to thread, so the time of the processor stands beside: it knows nothing of other processes.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from config.settings import Reading
from dicom_node.bench.contest import QUICK, SEEDS, YOLO, Group, Network, of_bundle
from dicom_node.bench.contest_files import write_network
from dicom_node.bench.contest_models import find_stand_ins
from dicom_node.bench.contestant import Contestant, Round
from dicom_node.bench.runners import IMAGES, Order
from inference.backends.frameworks import require_frameworks
from inference.backends.processor import has_precision
from inference.zoo import BUNDLED, MANIFESTS

_FRAMEWORKS = ("tensorflow", "keras", "ultralytics", "torch", "nncf")


def choose_groups(bundle: Path | None, *, quick: bool) -> tuple[Group, ...]:
    """Return what is compared here: the precisions that the processor, and the bundle, have.

    Raises:
        ModelUnavailable: the frameworks are not installed; says how to install them.
        ModelError: the bundle cannot be used.
    """
    require_frameworks(*_FRAMEWORKS)
    groups = (QUICK,) if quick else (SEEDS, YOLO, _of_bundle(bundle or BUNDLED))
    here = [precision for precision in MANIFESTS if _alone(has_precision, precision)]
    return tuple(group.only(here) for group in groups)


def _of_bundle(bundle: Path) -> Group:
    versions = [precision for precision, manifest in MANIFESTS.items() if (bundle / manifest).is_file()]
    return of_bundle(_alone(find_stand_ins, bundle)).only(versions)


def count_steps(groups: Sequence[Group], rounds: int) -> int:
    """Return how often `measure_against_seeds` tells that it went on."""
    return sum(len(group.networks) + len(group.ways) * (1 + rounds) for group in groups)


def measure_against_seeds(
    folder: Path, *, groups: Sequence[Group], rounds: int, reading: Reading, step: Callable[[], None]
) -> dict[str, object]:
    """Compare all ways of each group.

    Raises:
        OsteonodeError: a network cannot be made, or a way cannot be run.
    """
    return {
        "what": f"{rounds} rounds of {IMAGES} images one at a time, in turns; ratios to the first way of each group",
        "threads": reading.threads,
        "groups": [_measure_group(folder, group, rounds, reading, step) for group in groups],
        "load_after": round(os.getloadavg()[0], 2),
    }


def _measure_group(
    folder: Path, group: Group, rounds: int, reading: Reading, step: Callable[[], None]
) -> dict[str, object]:
    with _one_process() as process:
        for network in group.networks:
            process.submit(write_network, folder, network).result()
            step()
    orders = list_orders(folder, group, reading)
    with _open_all(orders, step) as contestants:
        timed = _take_turns(contestants, rounds, step)
        tallies = [
            Tally(order.way.name, done, each.measure_rss_mib(), each.answers)
            for order, done, each in zip(orders, timed, contestants, strict=True)
        ]
    return {
        "group": group.name,
        "networks": [_name(network) for network in group.networks],
        "ways": [summarise_way(tally, tallies[0], group.networks) for tally in tallies],
    }


def list_orders(folder: Path, group: Group, reading: Reading) -> list[Order]:
    """Return what the process of each way is to open."""
    bundle = (reading.bundle or BUNDLED) if any(network.member for network in group.networks) else None
    return [Order(way, group.networks, folder, way.threads or reading.threads, bundle) for way in group.ways]


def _name(network: Network) -> str:
    return f"{network.member}, baseline {network.name}" if network.member else network.name


@contextmanager
def _open_all(orders: Sequence[Order], step: Callable[[], None]) -> Iterator[list[Contestant]]:
    contestants: list[Contestant] = []
    try:
        for order in orders:
            contestants.append(Contestant(order))
            step()
        yield contestants
    finally:
        for each in contestants:
            each.end()


def _take_turns(contestants: Sequence[Contestant], rounds: int, step: Callable[[], None]) -> list[list[Round]]:
    """Return the rounds of each contestant; each round starts with the next one."""
    timed: list[list[Round]] = [[] for _ in contestants]
    for number in range(rounds):
        for turn in range(len(contestants)):
            index = (number + turn) % len(contestants)
            timed[index].append(contestants[index].time_round())
            step()
    return timed


@dataclass(frozen=True, slots=True)
class Tally:
    """What was measured of one way: its rounds, its memory, and what each network said."""

    way: str
    rounds: list[Round]
    rss_mib: float
    answers: list[Any]

    @property
    def totals(self) -> list[float]:
        """Seconds an image through all networks, by round."""
        return [sum(each.seconds) for each in self.rounds]

    @property
    def by_network(self) -> list[tuple[float, ...]]:
        """Seconds an image by network, then round."""
        return list(zip(*(each.seconds for each in self.rounds), strict=True))

    @property
    def cpu_ms(self) -> float:
        """Median milliseconds of the processor an image."""
        return round(median(each.cpu_seconds for each in self.rounds) * 1000, 2)


def summarise_way(tally: Tally, baseline: Tally, networks: Sequence[Network]) -> dict[str, object]:
    """Return the numbers of a way beside the baseline's, of all networks together and of each."""
    found: dict[str, object] = {
        "way": tally.way,
        **_summarise(tally.totals, baseline.totals),
        "cpu_ms": tally.cpu_ms,
        "baseline_cpu_over_this": round(baseline.cpu_ms / tally.cpu_ms, 2),
        "rss_mib": tally.rss_mib,
        "baseline_rss_over_this": round(baseline.rss_mib / tally.rss_mib, 2),
    }
    if len(networks) > 1:
        found["networks"] = [
            {"network": _name(network), **_summarise(mine, theirs)}
            for network, mine, theirs in zip(networks, tally.by_network, baseline.by_network, strict=True)
        ]
    if not any(network.member or network.is_yolo for network in networks):
        found["largest_difference"] = _largest_difference(tally.answers, baseline.answers)
    return found


def _summarise(mine: Sequence[float], baseline: Sequence[float]) -> dict[str, float]:
    ratios = [theirs / ours for ours, theirs in zip(mine, baseline, strict=True)]
    return {
        "p50_ms": round(median(mine) * 1000, 2),
        "least_ms": round(min(mine) * 1000, 2),
        "images_per_second": round(1 / median(mine), 2),
        "times_baseline": round(median(ratios), 2),
    }


def _largest_difference(mine: Sequence[Any], theirs: Sequence[Any]) -> float:
    """Return the largest difference of a probability: that the networks are the same is seen, not believed."""
    return max(float(np.abs(np.asarray(a) - np.asarray(b)).max()) for a, b in zip(mine, theirs, strict=True))


def _alone(work: Callable[..., Any], *arguments: object) -> Any:
    """Do work in a process that ends with it, and takes the memory of its frameworks along."""
    with _one_process() as process:
        return process.submit(work, *arguments).result()


def _one_process() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_speak_on_stderr)


def _speak_on_stderr() -> None:
    """Keep what frameworks print from the result, which is the one thing on stdout."""
    os.dup2(2, 1)
