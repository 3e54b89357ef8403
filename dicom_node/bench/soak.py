"""Thousands of studies through one node: whether memory, handles, rows and disk stay level, and the answers quick."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from threading import Event, Lock

from pydicom import Dataset
from pynetdicom import evt

from config.settings import Reading, Retention
from dicom_node.bench.durations import summarise
from dicom_node.bench.holdings import Holdings, measure_holdings
from dicom_node.bench.node_process import NodeProcess, run_node
from dicom_node.bench.study import REPORTS
from dicom_node.bench.workload import IDENTITY
from dicom_node.demo_peers.archive import SUCCESS, Archive
from dicom_node.modality import store_files
from domain.errors import OsteonodeError
from inference.phantom.dicom import make_study, write_part10
from inference.phantom.drawing import draw_phantom
from inference.phantom.spec import Phantom, PhantomSpec

QUIET_SECONDS = 0.5
#: Small images: it is not decoding that is to be seen here.
ROWS, COLUMNS = 512, 416
#: Before anything is counted, at most: what is loaded or pooled at first use is there then.
_WARM_UP_STUDIES = 40
#: Quarters of the studies after which a look is taken; the first is after the warm-up.
QUARTERS = 4
#: How many of the first and of the last studies are compared.
COMPARED = 100
_TIMEOUT_SECONDS = 120.0
_DAY_SECONDS = 86400.0
#: What is finished stays for this long, so that much is purged in the time of a soak.
KEPT_SECONDS, SWEEP_SECONDS = 60.0, 10.0


class ForgetfulArchive(Archive):
    """Takes everything and keeps nothing but when the report on a study came."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._reported: dict[str, float] = {}
        self._awaited: dict[str, Event] = {}
        self._lock = Lock()

    def store(self, event: evt.Event) -> int:
        """Note the time of a report."""
        if event.request.AffectedSOPClassUID in REPORTS:
            with self._lock:
                uid = str(event.dataset.StudyInstanceUID)
                self._reported[uid] = time.monotonic()
                self._awaited.setdefault(uid, Event()).set()
        return SUCCESS

    def await_report(self, study_instance_uid: str) -> float:
        """Return when the report on a study came, of time.monotonic().

        Raises:
            OsteonodeError: it does not come.
        """
        with self._lock:
            awaited = self._awaited.setdefault(study_instance_uid, Event())
        if not awaited.wait(_TIMEOUT_SECONDS):
            raise OsteonodeError(f"a study was not answered within {_TIMEOUT_SECONDS:g} s")
        with self._lock:
            del self._awaited[study_instance_uid]
            return self._reported.pop(study_instance_uid)


@dataclass(frozen=True, slots=True)
class _Soaking:
    folder: Path
    node: NodeProcess
    archive: ForgetfulArchive
    phantoms: Sequence[Phantom]
    at_once: int

    def send_one(self, number: int) -> float:
        """Return the seconds from the answer to the last image of a study to its report, without the quiet time."""
        identity = replace(IDENTITY, patient_id=f"SOAK-{number}", accession_number=f"SOAK-{number}")
        study = make_study(self.phantoms, identity=identity)
        answered_at = max(self._store(number, study))
        return self.archive.await_report(str(study[0].StudyInstanceUID)) - answered_at - QUIET_SECONDS

    def _store(self, number: int, study: Sequence[Dataset]) -> Iterator[float]:
        files = [self.folder / f"{number}-{place}.dcm" for place, _ in enumerate(study)]
        for path, ds in zip(files, study, strict=True):
            write_part10(path, ds)
        for sent in store_files(files, self.node.peer):
            if not sent.stored:
                raise OsteonodeError(f"the node did not take an image: {sent.answer}")
            yield sent.answered_at
            sent.path.unlink()


def count_warm_up(studies: int) -> int:
    """Return how many studies go before those that count."""
    return min(_WARM_UP_STUDIES, studies)


def measure_soak(
    folder: Path, *, studies: int, at_once: int, reading: Reading, step: Callable[[], None]
) -> dict[str, object]:
    """Send that many studies of two small images, some at a time, and look at the node at each quarter.

    Raises:
        OsteonodeError: the node did not start, did not take an image, or did not answer a study.
    """
    archive = ForgetfulArchive(folder / "archive")
    phantoms = [draw_phantom(PhantomSpec("hand", broken, ROWS, COLUMNS, 71 + broken, "L")) for broken in (True, False)]
    with run_node(
        folder, quiet_seconds=QUIET_SECONDS, reading=reading, archive=archive, retention=_short_retention()
    ) as node:
        soaking = _Soaking(folder, node, archive, phantoms, at_once)
        durations: list[float] = []
        looks = [(0, _look(soaking, range(-count_warm_up(studies), 0), [], step))]
        bounds = [studies * quarter // QUARTERS for quarter in range(QUARTERS + 1)]
        for begin, end in pairwise(bounds):
            looks.append((end, _look(soaking, range(begin, end), durations, step)))
    first, last = summarise(durations[:COMPARED]), summarise(durations[-COMPARED:])
    return {
        "what": "last image acknowledged to report in the archive, quiet time excluded; then what the node holds",
        "studies": studies,
        "at_once": at_once,
        "kept_seconds": KEPT_SECONDS,
        "first": first,
        "last": last,
        "last_over_first_p50": round(last["p50_ms"] / first["p50_ms"], 2),
        "last_over_first_p95": round(last["p95_ms"] / first["p95_ms"], 2),
        "looks": [{"studies": after, **holdings.as_dict()} for after, holdings in looks],
    }


def _look(soaking: _Soaking, numbers: range, durations: list[float], step: Callable[[], None]) -> Holdings:
    with ThreadPoolExecutor(soaking.at_once) as senders:
        for duration in senders.map(soaking.send_one, numbers):
            durations.append(duration)
            step()
    return measure_holdings(soaking.node.pid, soaking.node.data)


def _short_retention() -> Retention:
    days = KEPT_SECONDS / _DAY_SECONDS
    return Retention(
        images_days=days,
        evidence_days=days,
        documents_days=days,
        history_days=days,
        sweep_seconds=SWEEP_SECONDS,
    )
