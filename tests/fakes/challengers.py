"""Challengers without models, what they leave in a ledger, and a ledger of them without a database."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from dicom_node.challenger_ports import Challenged, ChallengeState, Pairing, WaitingImage
from dicom_node.ports import ReadImage
from domain.comparison import ComparedImage, Said, Statement
from domain.errors import ModelError
from domain.finding import Fracture, FractureState, ImageReading
from tests.fakes.light_reader import MODEL_SET, LightReader

CHALLENGER_SET = "f" * 64
PAIRING = Pairing(MODEL_SET, CHALLENGER_SET)


class LightChallenger(LightReader):
    """A reader that says of every image that there is no fracture.

    Args:
        refusals: raised by the first calls of `warm_up`, one each.
    """

    def __init__(self, *, refusals: Sequence[ModelError] = (), failure_code: str | None = None) -> None:
        super().__init__(failure_code=failure_code)
        self.refusals, self.closed = list(refusals), 0
        self.pictures: list[Path] = []

    @property
    def model_set(self) -> str:
        return CHALLENGER_SET

    def warm_up(self) -> None:
        if self.refusals:
            raise self.refusals.pop(0)

    def close(self) -> None:
        super().close()
        self.closed += 1

    def read(self, path: Path, *, evidence_folder: Path) -> ReadImage:
        read = super().read(path, evidence_folder=evidence_folder)
        self.pictures.append(evidence_folder)
        if read.reading.fracture is None:
            return ReadImage(replace(read.reading, model_set=CHALLENGER_SET))
        return ReadImage(deny(read.reading))


def deny(reading: ImageReading) -> ImageReading:
    """Return what the challenger says of an image that the champion calls broken."""
    return replace(
        reading,
        fracture=Fracture(FractureState.ABSENT, 0.1, (0.05, 0.2)),
        boxes=(),
        model_set=CHALLENGER_SET,
        milliseconds=3.0,
    )


def say(statement: str, probability: float | None = None, *, region: str = "hand", milliseconds: float = 1.0) -> Said:
    """Return what one of both said."""
    return Said(Statement(statement), probability, region, "", milliseconds)


def both(image: int, champion: Said, challenger: Said, *, study: int | None = None) -> ComparedImage:
    """Return an image that both were asked about; a study of its own by default."""
    return ComparedImage(f"2.{image}", f"1.{image if study is None else study}", champion, challenger)


class FakeChallenges:
    """Implements ChallengeLedger and ComparedReadings in memory.

    Args:
        answered: images that the champion has answered, with what it said.
    """

    def __init__(self, answered: Mapping[WaitingImage, Said]) -> None:
        self._answered = dict(answered)
        self._rows: dict[tuple[Pairing, str], tuple[WaitingImage, ChallengeState, Said | None]] = {}

    def take_up(self, pairing: Pairing, share: float) -> int:
        """Take every image that is not there yet, whatever the share."""
        new = [each for each in self._answered if (pairing, each.sop_instance_uid) not in self._rows]
        self._rows |= {(pairing, each.sop_instance_uid): (each, ChallengeState.WAITING, None) for each in new}
        return len(new)

    def next(self, pairing: Pairing) -> WaitingImage | None:
        """Return the first that waits."""
        mine = (row for (other, _uid), row in self._rows.items() if other == pairing)
        return next((image for image, state, _said in mine if state is ChallengeState.WAITING), None)

    def keep(self, pairing: Pairing, image: WaitingImage, reading: ImageReading | None) -> None:
        """Keep what was said of an image that is there."""
        said = Said.of(reading) if reading else None
        state = ChallengeState.GONE if said is None else ChallengeState.READ
        if said is not None and said.statement is None:
            state = ChallengeState.FAILED
        if (pairing, image.sop_instance_uid) in self._rows:
            self._rows[pairing, image.sop_instance_uid] = (image, state, said)

    def pairings(self) -> Sequence[Pairing]:
        """Return those that rows are kept of."""
        return list(dict.fromkeys(pairing for pairing, _uid in self._rows))

    def challenged(self, pairing: Pairing, since: datetime, *, limit: int = 20_000) -> Challenged:
        """Return what both said, whenever."""
        mine = [row for (other, _uid), row in self._rows.items() if other == pairing]
        images = [
            ComparedImage(image.sop_instance_uid, "1.1", self._answered[image], said)
            for image, _state, said in mine
            if said is not None
        ]
        states = {state: sum(row[1] is state for row in mine) for state in ChallengeState}
        return Challenged(pairing, images[:limit], {state: number for state, number in states.items() if number})
