"""How fast images come in: from the C-STORE request to the durable, recorded answer, beside what others do.

Every receiver gets the same images by the same senders on the same machine, in turns; the others are frozen meanwhile.
The node is the whole one, as `osteonode serve` runs it: it reads what it has while more comes.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any, Final

from config.settings import Reading
from dicom_node.bench.durations import find_p99_ms
from dicom_node.bench.ingest_images import SIZES, count_up, write_templates
from dicom_node.bench.ingest_meanwhile import measure_meanwhile
from dicom_node.bench.ingest_peers import Absent, Receiver, start_peers
from dicom_node.bench.ingest_sender import Job, Sending
from dicom_node.bench.loopback import NODE_AE_TITLE
from dicom_node.bench.node_process import run_node
from dicom_node.bench.process_memory import measure_memory
from dicom_node.bench.sender_process import SenderProcess

NODE: Final = "osteonode"
#: So long that no study closes while receivers are compared, and so short that all do afterwards.
LONG_QUIET_SECONDS, SHORT_QUIET_SECONDS = 600.0, 1.0


@dataclass(frozen=True, slots=True)
class Load:
    """One way to send: `images` of one of SIZES, dealt out to associations that are open at the same time."""

    size: str
    associations: int
    images: int

    @property
    def name(self) -> str:
        """In words."""
        megabytes = {"large": 10, "small": 0.5}[self.size]
        return f"{megabytes:g} MB on {self.associations}"


LOADS: Final = (Load("large", 1, 40), Load("large", 4, 40), Load("large", 16, 48), Load("small", 16, 1600))
#: Times as many images a second as that peer: the least that is good enough.
BARS: Final[Mapping[tuple[str, str], float]] = {
    (LOADS[0].name, "orthanc"): 3.0,
    (LOADS[1].name, "orthanc"): 1.8,
    (LOADS[1].name, "storescp --fork"): 1.0,
    (LOADS[2].name, "storescp --fork"): 1.0,
    (LOADS[3].name, "orthanc"): 2.0,
}


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is sent: the loads, and windows of so many seconds in which the node works alone and meanwhile."""

    loads: tuple[Load, ...]
    windows: int
    window_seconds: float


FULL: Final = Extent(LOADS, windows=4, window_seconds=6.0)
QUICK: Final = Extent(tuple(replace(load, images=max(4, load.images // 10)) for load in LOADS), 1, 2.0)


def count_steps(rounds: int, extent: Extent = FULL) -> int:
    """Return how often `measure_ingest` calls `step`: each load, and the time in which the node works meanwhile."""
    return rounds * len(extent.loads) + 1


def measure_ingest(
    folder: Path, *, rounds: int, reading: Reading, step: Callable[[], None], extent: Extent = FULL
) -> dict[str, object]:
    """Send every load to every receiver, `rounds` times in turns.

    Raises:
        OsteonodeError: a receiver did not start.
    """
    write_templates(folder / "templates")
    with SenderProcess(folder / "templates") as sender:
        contest, absent = _compare(folder, rounds, extent, reading, sender, step)
        with run_node(folder, quiet_seconds=SHORT_QUIET_SECONDS, reading=reading) as node:
            os.sync()
            before = measure_memory(node.pid)
            meanwhile = measure_meanwhile(
                node, sender, contest.numbers, windows=extent.windows, window_seconds=extent.window_seconds
            )
            after = measure_memory(node.pid)
        step()
    return _describe(contest, absent, meanwhile) | {
        "memory": {"processes": after.processes, "rss_mib_before": before.rss_mib, "rss_mib_after": after.rss_mib}
    }


def _compare(
    folder: Path, rounds: int, extent: Extent, reading: Reading, sender: SenderProcess, step: Callable[[], None]
) -> "tuple[_Contest, list[Absent]]":
    """Give every receiver every load in turns; the node reads what it has while more comes."""
    with ExitStack() as stack:
        node = stack.enter_context(run_node(folder, quiet_seconds=LONG_QUIET_SECONDS, reading=reading))
        peers, absent = start_peers(stack, folder / "peers")
        what = "each image fsynced and in the ledger before its answer; reads meanwhile"
        contest = _Contest(sender, (Receiver(NODE, what, node.peer.port, node.pid, NODE_AE_TITLE), *peers))
        for _ in range(rounds):
            for load in extent.loads:
                contest.run(load)
                step()
        contest.receivers[0].thaw()
        return contest, absent


class _Contest:
    """Who took how long for what."""

    def __init__(self, sender: SenderProcess, receivers: Sequence[Receiver]) -> None:
        self.receivers = receivers
        self.numbers = count_up()
        self._sender = sender
        self._sendings: dict[tuple[str, str], list[Sending]] = {}
        for receiver in receivers:
            receiver.freeze()

    def run(self, load: Load) -> None:
        """Give every receiver its turn."""
        for receiver in self.receivers:
            job = Job(
                receiver.port, receiver.called_ae_title, load.size, next(self.numbers), load.images, load.associations
            )
            os.sync()  # nobody pays for what the one before left in the page cache
            receiver.thaw()
            self._sendings.setdefault((receiver.name, load.name), []).append(self._sender.send(job))
            receiver.freeze()
            receiver.empty()

    def rows(self) -> Iterator[dict[str, object]]:
        """Describe each receiver."""
        for receiver in self.receivers:
            loads = {load.name: self._describe(receiver.name, load) for load in LOADS}
            yield {"receiver": receiver.name, "what": receiver.what, "loads": loads}

    def ratio(self, load_name: str, peer: str) -> float | None:
        """Return how many times as fast as a peer the node is: the median over the rounds; None without the peer."""
        pairs = zip(self._rates(NODE, load_name), self._rates(peer, load_name), strict=False)
        ratios = [ours / theirs for ours, theirs in pairs if theirs]
        return round(median(ratios), 2) if ratios else None

    def _rates(self, receiver: str, load_name: str) -> list[float]:
        return [len(each.latencies_seconds) / each.seconds for each in self._sendings.get((receiver, load_name), ())]

    def _describe(self, receiver: str, load: Load) -> dict[str, object]:
        sendings = self._sendings[receiver, load.name]
        latencies = [x for each in sendings for x in each.latencies_seconds]
        rates = self._rates(receiver, load.name)
        return {
            "images_per_second": round(median(rates), 1),
            "least": round(min(rates), 1),
            "most": round(max(rates), 1),
            "osteonode_times": self.ratio(load.name, receiver),
            "p99_ms": find_p99_ms(latencies),
            "failures": [failure for each in sendings for failure in each.failures],
        }


def _describe(contest: _Contest, absent: Sequence[Absent], meanwhile: Mapping[str, Any]) -> dict[str, object]:
    sizes = ", ".join(f"{name}: {rows} x {columns} px of 16 bits" for name, (rows, columns) in SIZES.items())
    ratios = {key: contest.ratio(*key) for key in BARS}
    bars = {
        f"{load}, against {peer}": _judge(ratio, BARS[load, peer])
        for (load, peer), ratio in ratios.items()
        if ratio is not None  # the peer is not installed
    }
    return {
        "what": "images a second, each acknowledged; the node's are fsynced and in the ledger before that",
        "images": f"{sizes}; two a study; every image new to its receiver",
        "receivers": list(contest.rows()),
        "absent": {each.name: each.why for each in absent},
        "bars": bars | meanwhile["bars"],
        "meanwhile": {name: value for name, value in meanwhile.items() if name != "bars"},
    }


def _judge(measured: float, bar: float) -> dict[str, object]:
    return {"measured": measured, "at_least": bar, "met": measured >= bar}
