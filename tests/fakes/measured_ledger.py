"""The fake of monitoring_ports.MeasuredLedger: gives what a test puts into it."""

from collections.abc import Sequence
from datetime import datetime

from dicom_node.monitoring_ports import AnswerEnd, AttemptEnd, CommitmentEnd, ReadingEnd, Standing
from domain.errors import LedgerError


class FakeMeasuredLedger:
    """Implements MeasuredLedger; `failure` is raised by every method."""

    def __init__(self) -> None:
        self.failure: LedgerError | None = None
        self.kept_readings: list[ReadingEnd] = []
        self.kept_answers: list[AnswerEnd] = []
        self.kept_attempts: list[AttemptEnd] = []
        self.kept_commitments: list[CommitmentEnd] = []
        self.now = Standing()
        self.written_at: datetime | None = None

    def readings(self, since: datetime) -> Sequence[ReadingEnd]:
        self._fail()
        return [each for each in self.kept_readings if each.ended_at >= since]

    def answers(self, since: datetime) -> Sequence[AnswerEnd]:
        self._fail()
        return [each for each in self.kept_answers if each.ended_at >= since]

    def attempts(self, since: datetime) -> Sequence[AttemptEnd]:
        self._fail()
        return [each for each in self.kept_attempts if each.ended_at >= since]

    def commitments(self, since: datetime) -> Sequence[CommitmentEnd]:
        self._fail()
        return [each for each in self.kept_commitments if each.ended_at >= since]

    def images(self, answer: AnswerEnd) -> Sequence[ReadingEnd]:
        self._fail()
        return [each for each in self.kept_readings if each.ended_at <= answer.ended_at]

    def standing(self) -> Standing:
        self._fail()
        return self.now

    def size_bytes(self) -> int:
        self._fail()
        return 4096

    def try_to_write(self, now: datetime) -> None:
        self._fail()
        self.written_at = now

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure
