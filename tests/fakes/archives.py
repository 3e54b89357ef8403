"""Archives that answer what a test says, and a book of requests in memory."""

from dataclasses import replace
from datetime import timedelta

from domain.retrieval import Retrieval, RetrievalAttempt, RetrievalState
from tests.fakes.clock import FakeClock


class FakeArchives:
    """Implements retrieval_ports.Archives: gives the next of its answers, then the last one for ever."""

    def __init__(self, *answers: RetrievalAttempt) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str]] = []

    def retrieve(self, study_instance_uid: str, archive: str) -> RetrievalAttempt:
        self.asked.append((study_instance_uid, archive))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class FakeRetrievals:
    """Implements retrieval_ports.RetrievalBook."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._rows: list[Retrieval] = []

    def ask(self, study_instance_uid: str, archive: str) -> bool:
        waiting = [each for each in self._rows if each.state is RetrievalState.WAITING]
        if any((each.study_instance_uid, each.archive) == (study_instance_uid, archive) for each in waiting):
            return False
        now = self._clock.now()
        row = Retrieval(len(self._rows), study_instance_uid, archive, RetrievalState.WAITING, now, next_attempt_at=now)
        self._rows.append(row)
        return True

    def due(self) -> list[Retrieval]:
        now = self._clock.now()
        return [each for each in self._rows if each.next_attempt_at and each.next_attempt_at <= now]

    def keep(self, retrieval: Retrieval, attempt: RetrievalAttempt, *, wait_seconds: float | None) -> None:
        again = None if wait_seconds is None else self._clock.now() + timedelta(seconds=wait_seconds)
        state = RetrievalState.WAITING if again else RetrievalState.DONE if attempt.is_done else RetrievalState.FAILED
        kept = {"state": state, "attempts": retrieval.attempts + 1, "next_attempt_at": again, "said": attempt.said}
        self._rows[retrieval.number] = replace(retrieval, **kept)

    def latest(self, *, limit: int = 50) -> list[Retrieval]:
        return self._rows[::-1][:limit]
