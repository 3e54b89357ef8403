"""A challenger: models that read what the champion has answered, when nobody else wants the processor.

Nothing here can touch an answer: it has been made before any of this begins. What goes wrong, a crash, a hang or a
bundle that cannot be used, is noted, and costs the comparison an image or a while.
"""

import logging
import shutil
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Final, Protocol

from config.challenger import Challenger
from dicom_node.challenger_ports import ChallengeLedger, Pairing, WaitingImage
from dicom_node.pipeline import reader_child
from dicom_node.pipeline.reader_pool import ReaderPool
from dicom_node.ports import FractureReader
from domain.errors import ModelError, ModelUnavailable
from inference.zoo import BUNDLED, load_manifest, model_set

INTERVAL_SECONDS: Final = 5.0
#: The models are put away after so many looks that found nothing: five minutes.
_IDLE_LOOKS: Final = 60
#: A bundle that cannot be used is looked at again after so many: ten minutes.
_REST_LOOKS: Final = 120
_UNAVAILABLE: Final = "reader-unavailable"
_FOLDER: Final = "challenger"
_log = logging.getLogger(__name__)


class ChallengerReader(FractureReader, Protocol):
    """A reader with a process of its own."""

    def warm_up(self) -> None:
        """Return when it can read. Raises ModelError."""
        ...

    def close(self) -> None:
        """End its process; whoever waits for it gets ModelUnavailable."""
        ...


def open_challenger(settings: Challenger) -> ReaderPool:
    """Return the challenger of a configuration; its process starts with `warm_up`. Raises ModelError."""
    bundle = settings.bundle or BUNDLED
    opened = partial(
        reader_child.open_bundle,
        bundle,
        settings.threads,
        settings.deadline_seconds,  # who is last in line leaves no model out for being slow
        settings.precision,
        settings.image_memory_mib,
    )
    digest = model_set(load_manifest(bundle, settings.precision))
    last = partial(reader_child.open_last, opened)
    return ReaderPool(last, model_set=digest, deadline_seconds=settings.deadline_seconds)


class Challenging:
    """Has a challenger read, image by image, whenever `look` is called; for one thread, but `close`.

    Args:
        champion: digest of the models that answer.
        open_reader: makes the challenger; raises ModelError where its bundle cannot be used.
        share: of the images that are answered, above 0, at most 1.
        data: the node's data folder; pictures that the challenger draws go into a folder of it, and are removed.
    """

    def __init__(
        self,
        ledger: ChallengeLedger,
        champion: str,
        open_reader: Callable[[], ChallengerReader],
        *,
        share: float,
        data: Path,
    ) -> None:
        self._ledger, self._champion, self._open_reader, self._share = ledger, champion, open_reader, share
        self._folder = data / _FOLDER
        self._changing = threading.Lock()
        self._reader: ChallengerReader | None = None
        self._pairing: Pairing | None = None
        self._idle, self._rest, self._closed = 0, 0, False
        shutil.rmtree(self._folder, ignore_errors=True)  # of a node that was killed

    def close(self) -> None:
        """End the challenger's process; what it was reading waits for the next start."""
        with self._changing:
            self._closed = True
        self._put_away()

    def look(self) -> int:
        """Read what waits, one image after the other; return how many were. To be called every INTERVAL_SECONDS."""
        if self._rest:
            self._rest -= 1
            return 0
        try:
            return self._work()
        except ModelError as error:
            if not self._closed:
                _log.warning("the challenger cannot read, and is tried again in ten minutes: %s", error)
            self._put_away()
            self._rest = _REST_LOOKS
            return 0

    def _work(self) -> int:
        pairing = self._pair()
        if pairing.challenger == pairing.champion:
            return 0
        self._ledger.take_up(pairing, self._share)
        number = 0
        while not self._closed and (image := self._ledger.next(pairing)) is not None:
            self._read(pairing, image)
            number += 1
        self._note_idle(number)
        return number

    def _pair(self) -> Pairing:
        """Return whom this compares; a challenger that is the champion is said once, and reads nothing."""
        if self._pairing is None:
            reader = self._open_reader()
            self._pairing = Pairing(self._champion, reader.model_set)
            reader.close()
            if self._pairing.challenger == self._champion:
                _log.warning("the challenger has the same models as the champion: there is nothing to compare")
        return self._pairing

    def _read(self, pairing: Pairing, image: WaitingImage) -> None:
        if image.path is None or not image.path.is_file():
            self._ledger.keep(pairing, image, None)
            return
        reader = self._warm()
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        pictures = Path(mkdtemp(dir=self._folder))
        try:
            reading = reader.read(image.path, evidence_folder=pictures).reading
        finally:
            shutil.rmtree(pictures, ignore_errors=True)
        if reading.reason is not None and reading.reason.code == _UNAVAILABLE:
            raise ModelError("its process does not start")
        self._ledger.keep(pairing, image, reading)

    def _warm(self) -> ChallengerReader:
        if self._reader is not None:
            return self._reader
        with self._changing:
            if self._closed:
                raise ModelUnavailable("the node stops")
            reader = self._reader = self._open_reader()
        reader.warm_up()
        return reader

    def _note_idle(self, read: int) -> None:
        self._idle = 0 if read else self._idle + 1
        if self._idle >= _IDLE_LOOKS:
            self._put_away()

    def _put_away(self) -> None:
        with self._changing:
            reader, self._reader = self._reader, None
        if reader is not None:
            reader.close()
