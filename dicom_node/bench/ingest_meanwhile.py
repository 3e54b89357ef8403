"""What a node does beside taking images in: how much slower it reads and delivers while they come."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from sqlalchemy import Engine, func, select

from dicom_node.bench.durations import find_p99_ms
from dicom_node.bench.ingest_images import SIZES
from dicom_node.bench.ingest_sender import Job, Sending
from dicom_node.bench.loopback import NODE_AE_TITLE
from dicom_node.bench.node_process import NodeProcess
from dicom_node.bench.sender_process import SenderProcess
from dicom_node.ledger import tables
from dicom_node.ledger.database import database_url, looking, open_engine
from domain.delivery import DeliveryState

#: What a network of 1 Gbit/s carries, in bytes a second (TCP over Ethernet): more cannot come in there.
GIGABIT_BYTES: Final = 117_000_000
ASSOCIATIONS: Final = 4
MOST_LOSS, MOST_P99_MS = 0.30, 500.0


@dataclass(frozen=True, slots=True)
class Done:
    """Images read and deliveries made, ever or within some seconds."""

    read: int
    delivered: int
    seconds: float

    def __sub__(self, earlier: "Done") -> "Done":
        return Done(self.read - earlier.read, self.delivered - earlier.delivered, self.seconds - earlier.seconds)


def measure_meanwhile(
    node: NodeProcess, sender: SenderProcess, numbers: Iterator[int], *, windows: int, window_seconds: float
) -> dict[str, Any]:
    """Compare windows without arrivals with windows in which a full gigabit network brings large images, in turns.

    The node has a backlog from before, so that it reads and delivers all the time.
    """
    rows, columns = SIZES["large"]
    pace = GIGABIT_BYTES / (rows * columns * 2)
    images = round(pace * window_seconds)
    alone, loaded, sendings = [], [], []
    engine = open_engine(database_url(node.data))
    try:
        for _ in range(windows):
            alone.append(_watch(engine, lambda: time.sleep(window_seconds)))
            job = Job(node.peer.port, NODE_AE_TITLE, "large", next(numbers), images, ASSOCIATIONS, pace)
            loaded.append(_watch(engine, lambda job=job: sendings.append(sender.send(job))))  # type: ignore[misc]
    finally:
        engine.dispose()
    return _describe(alone, loaded, sendings, pace)


def _watch(engine: Engine, work: Callable[[], None]) -> Done:
    """Return what the node did while `work` ran."""
    before = _count(engine)
    work()
    return _count(engine) - before


def _count(engine: Engine) -> Done:
    delivered = tables.delivery.c.state == DeliveryState.DELIVERED
    with looking(engine) as connection:
        read = connection.execute(select(func.count()).select_from(tables.reading)).scalar_one()
        sent = connection.execute(select(func.count()).select_from(tables.delivery).where(delivered)).scalar_one()
        return Done(read, sent, time.monotonic())


def _describe(
    alone: Sequence[Done], loaded: Sequence[Done], sendings: Sequence[Sending], pace: float
) -> dict[str, Any]:
    latencies = [x for each in sendings for x in each.latencies_seconds]
    p99_ms = find_p99_ms(latencies)
    result: dict[str, Any] = {
        "what": f"{pace:.1f} images of 10 MB a second on {ASSOCIATIONS} associations: a full network of 1 Gbit/s",
        "images": len(latencies),
        "p50_ms": round(median(latencies) * 1000, 1) if latencies else None,
        "p99_ms": p99_ms,
        "failures": [failure for each in sendings for failure in each.failures],
        "bars": {"p99 of C-STORE, ms": _judge_below(p99_ms, MOST_P99_MS)},
    }
    for name in ("read", "delivered"):
        before, after = (_rate(windows, name) for windows in (alone, loaded))
        loss = round(1 - after / before, 2) if before else None
        result[f"{name}_per_second"] = {"alone": round(before, 2), "meanwhile": round(after, 2)}
        result["bars"][f"{name}, part lost"] = _judge_below(loss, MOST_LOSS)
    return result


def _rate(windows: Sequence[Done], name: str) -> float:
    return float(sum(getattr(each, name) for each in windows) / sum(each.seconds for each in windows))


def _judge_below(measured: float | None, bar: float) -> dict[str, object]:
    return {"measured": measured, "below": bar, "met": measured is not None and measured < bar}
