"""The console: how long its pages take with a hundred thousand studies in the ledger, and what it takes from ingest."""

import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

import httpx

from config.settings import Console, Destination, Node, Reading, Settings
from dicom_node.bench.console_ledger import DESTINATIONS, RARE_SENDER, DrawnStudy, fill
from dicom_node.bench.durations import summarise
from dicom_node.bench.ingest_images import count_up, write_templates
from dicom_node.bench.ingest_peers import Receiver
from dicom_node.bench.ingest_sender import Job
from dicom_node.bench.loopback import HOST, NODE_AE_TITLE
from dicom_node.bench.node_process import NodeProcess, run_node
from dicom_node.bench.onlookers import look_on
from dicom_node.bench.sender_process import SenderProcess
from dicom_node.console_process.process import ConsoleProcess
from dicom_node.ledger.database import create_tables, database_url, open_engine
from dicom_node.light_pydicom import load_pydicom
from domain.errors import OsteonodeError
from domain.role import Role

#: A page may take this long, and the console this part of the speed of ingest.
MOST_PAGE_MS, MOST_LOSS = 150.0, 0.03
#: Images of 0.5 MB on sixteen associations: what costs the node most for each image.
_ASSOCIATIONS: Final = 16
#: Longer than the comparison takes: nothing closes meanwhile.
_QUIET_SECONDS: Final = 600.0
#: Pages of today that are open while images come.
_STREAMS: Final = 2
#: Starts whose first visit is measured.
_STARTS: Final = 5
#: A console loads while the models of its node do, and those take longer than this.
_LOADING_SECONDS: Final = 1.0
#: After the node is ready its console looks at its pages itself; it has done so by then.
_WARM_SECONDS: Final = 4.0


#: The first visits after a start.
_FIRST_VISITS: Final = {
    "today, the first page after a start, at once": "/today",
    "peers, the first page after a start, at once": "/peers",
}


def count_steps(studies: int, turns: int) -> int:
    """Return how often `measure_console` calls `step`."""
    return 1 + len(_addresses(studies)) + len(_FIRST_VISITS) + turns


def measure_console(
    folder: Path, *, studies: int, rounds: int, turns: int, images: int, step: Callable[[], None], reading: Reading
) -> dict[str, object]:
    """Ask every page `rounds` times, the first after some starts, then send to a node with and one without a console.

    Each takes `images` images `turns` times.

    Raises:
        OsteonodeError: the console or a node did not start, or a page could not be shown.
    """
    pages = _measure_pages(folder / "pages", studies, rounds, step)
    shutil.rmtree(folder / "pages")  # its room is needed
    ingest = _compare_ingest(folder / "ingest", turns, images, reading, step)
    slowest = max(durations["p95_ms"] for durations in pages.values())
    loss = ingest["part_lost"]
    return {
        "what": "a page from the request to its last byte over loopback, one at a time, with that many studies",
        "studies": studies,
        "pages": pages,
        "ingest": ingest,
        "bars": {
            "p95 of the slowest page, ms": {"measured": slowest, "below": MOST_PAGE_MS, "met": slowest < MOST_PAGE_MS},
            "part of ingest lost": {"measured": loss, "below": MOST_LOSS, "met": loss < MOST_LOSS},
        },
    }


def _measure_pages(
    folder: Path, studies: int, rounds: int, step: Callable[[], None]
) -> dict[str, dict[str, float | int]]:
    folder.mkdir(parents=True)
    engine = open_engine(database_url(folder))
    create_tables(engine)
    fill(engine, studies, datetime.now(UTC))
    engine.dispose()
    step()
    pages = {}
    for name, address in _FIRST_VISITS.items():
        pages[name] = _measure_first(folder, address)
        step()
    with _console_of(folder) as console, httpx.Client(base_url=console.url, timeout=60) as browser:
        time.sleep(_WARM_SECONDS)
        for name, address in _addresses(studies).items():
            _ask(browser, address)  # the first visit is measured by itself
            before = _processor_seconds(console.pid)
            took = [_ask(browser, address) for _ in range(rounds)]
            spent = (_processor_seconds(console.pid) - before) / rounds
            pages[name] = summarise(took) | {"processor_ms": round(spent * 1000, 1)}
            step()
    return pages


def _measure_first(folder: Path, address: str) -> dict[str, float | int]:
    """Start a console again and again, and ask each for one page alone, as soon as its node would be ready."""
    took, spent = [], 0.0
    for _ in range(_STARTS):
        with _console_of(folder) as console, httpx.Client(base_url=console.url, timeout=60) as browser:
            before = _processor_seconds(console.pid)
            took.append(_ask(browser, address))
            spent += _processor_seconds(console.pid) - before
    return summarise(took) | {"processor_ms": round(spent / _STARTS * 1000, 1)}


def _processor_seconds(pid: int | None) -> float:
    """Return what a process has had of the processors so far: what others do meanwhile is not in it (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _addresses(studies: int) -> Mapping[str, str]:
    """Return the pages that are measured: each of the navigation, searches of every kind, and a study."""
    some = DrawnStudy(studies // 2, datetime.now(UTC), latest=False)
    return {
        "today": "/today",
        "studies": "/studies",
        "studies, a page far back": f"/studies?after=2100-01-01T00:00:00%2B00:00~{some.uid}",
        "studies by accession number": f"/studies?q={some.accession_number}",
        "studies by the beginning of it": f"/studies?q={some.accession_number[:5]}",
        "studies by part of a UID": f"/studies?q={some.uid[-5:]}",
        "studies of a rare sender": f"/studies?sender={RARE_SENDER}",
        "studies of a sender, held": "/studies?sender=DX_ER&standing=held",
        "studies whose delivery failed": "/studies?standing=failed",
        "studies whose answer is on its way": "/studies?standing=undelivered",
        "study": f"/studies/{some.uid}",
        "dead letters": "/dead-letters",
        "quarantine": "/quarantine",
        "peers": "/peers",
        "models": "/models",
        "configuration": "/configuration",
        "audit": "/audit",
        "users": "/users",
    }


def _ask(browser: httpx.Client, address: str) -> float:
    began = time.perf_counter()
    answer = browser.get(address)
    took = time.perf_counter() - began
    if answer.status_code != httpx.codes.OK:
        raise OsteonodeError(f"the console answered {answer.status_code} to {address}")
    return took


@contextmanager
def _console_of(data: Path) -> Iterator[ConsoleProcess]:
    """Run a console on a ledger, as a node does."""
    destinations = tuple(
        Destination(name=name, kind="dicom", ae_title=name.upper(), host=HOST, port=104) for name in DESTINATIONS
    )
    console = Console(enabled=True, port=0, local_role=Role.ADMINISTRATOR)
    settings = Settings(node=Node(data=data), destination=destinations, console=console)
    process = ConsoleProcess(settings, partial(load_pydicom, decoders=False))
    try:
        time.sleep(_LOADING_SECONDS)
        process.start()
        if not process.url:
            raise OsteonodeError("the console did not start")
        yield process
    finally:
        process.stop()


def _compare_ingest(
    folder: Path, turns: int, images: int, reading: Reading, step: Callable[[], None]
) -> dict[str, float]:
    """Send the same to two nodes in turns; two people have the page of today of one of them open."""
    folder.mkdir(parents=True)
    write_templates(folder / "templates")
    run = partial(run_node, quiet_seconds=_QUIET_SECONDS, reading=reading)
    with (
        SenderProcess(folder / "templates") as sender,
        run(folder / "without") as without,
        run(folder / "with", console=Console(enabled=True, port=0)) as beside,
    ):
        time.sleep(_WARM_SECONDS)
        contest = _Contest(sender, {False: without, True: beside}, images)
        for turn in range(turns):
            # Who begins changes, so that what the machine does meanwhile falls on both.
            for has_console in (turn % 2 == 0, turn % 2 == 1):
                contest.run(has_console)
            step()
        contest.thaw()
    return contest.describe()


class _Contest:
    """A node with a console and one without; the one whose turn it is not is frozen."""

    def __init__(self, sender: SenderProcess, nodes: Mapping[bool, NodeProcess], images: int) -> None:
        self._sender, self._nodes, self._images = sender, nodes, images
        self._numbers, self._pages = count_up(), 0
        self._rates: dict[bool, list[float]] = {False: [], True: []}
        self._receivers = {
            key: Receiver(f"{key}", "", node.peer.port, node.pid, NODE_AE_TITLE) for key, node in nodes.items()
        }
        for receiver in self._receivers.values():
            receiver.freeze()

    def run(self, has_console: bool) -> None:
        """Give one of them its turn."""
        receiver = self._receivers[has_console]
        os.sync()
        receiver.thaw()
        with look_on(self._nodes[has_console].console_url, _STREAMS) as pages:
            sending = self._sender.send(self._job(receiver))
        receiver.freeze()
        self._pages += sum(pages)
        if sending.failures:
            raise OsteonodeError(f"the node did not take every image: {sending.failures[0]}")
        self._rates[has_console].append(len(sending.latencies_seconds) / sending.seconds)

    def thaw(self) -> None:
        """Let both go on."""
        for receiver in self._receivers.values():
            receiver.thaw()

    def describe(self) -> dict[str, float]:
        """Return images a second, and the part that is lost: the median over the turns."""
        pairs = zip(self._rates[True], self._rates[False], strict=True)
        return {
            "images_per_second_without": round(median(self._rates[False]), 1),
            "images_per_second_with": round(median(self._rates[True]), 1),
            "streams_open": _STREAMS,
            "pages_asked": self._pages,
            "part_lost": round(1 - median(on / off for on, off in pairs), 3),
        }

    def _job(self, receiver: Receiver) -> Job:
        return Job(receiver.port, NODE_AE_TITLE, "small", next(self._numbers), self._images, _ASSOCIATIONS)
