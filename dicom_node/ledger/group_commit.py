"""Rows of several threads in one transaction: they wait for the disk together instead of one after the other."""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Final, Generic, TypeVar

from domain.errors import LedgerError

Row = TypeVar("Row")
Answer = TypeVar("Answer")

#: Rows of one transaction: what waits longer for its own answer than for its neighbours' gains nothing.
MOST_ROWS: Final = 32


class GroupCommit(Generic[Row, Answer]):
    """Commits what threads submit while an earlier commit runs together, when that one is done.

    No thread of its own: whoever finds nobody committing does it for all who wait. A row that fails, fails alone: its
    neighbours' transaction is rolled back, and each of them gets one of its own.

    Args:
        commit: records rows in one transaction, all or none, and returns an answer for each.
    """

    def __init__(self, commit: Callable[[Sequence[Row]], Sequence[Answer]]) -> None:
        self._commit = commit
        self._waiting: list[_Entry[Row, Answer]] = []
        self._queueing, self._committing = Lock(), Lock()

    def submit(self, row: Row) -> Answer:
        """Return the answer to a row when its transaction is committed.

        Raises:
            LedgerError: what kept this row from being recorded, LedgerFull included, or whatever else did; it is not.
        """
        entry = _Entry[Row, Answer](row)
        with self._queueing:
            self._waiting.append(entry)
        with self._committing:
            while not entry.is_settled:
                self._settle(self._take_waiting())
        return entry.answer()

    def _take_waiting(self) -> "list[_Entry[Row, Answer]]":
        with self._queueing:
            taken, self._waiting = self._waiting[:MOST_ROWS], self._waiting[MOST_ROWS:]
        return taken

    def _settle(self, entries: "list[_Entry[Row, Answer]]") -> None:
        try:
            answers = self._commit([entry.row for entry in entries])
        except Exception as error:  # raised again, in the thread whose row it is
            self._settle_failed(entries, error)
        except BaseException:  # the thread is to end: nobody waits for an answer that never comes
            for entry in entries:
                entry.fail(LedgerError("recording was broken off"))
            raise
        else:
            for entry, answer in zip(entries, answers, strict=True):
                entry.succeed(answer)

    def _settle_failed(self, entries: "list[_Entry[Row, Answer]]", error: Exception) -> None:
        if len(entries) == 1:
            entries[0].fail(error)
            return
        for entry in entries:
            self._settle([entry])


class _Entry(Generic[Row, Answer]):
    """A row and what became of it."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self._answers: list[Answer] = []
        self._error: Exception | None = None

    @property
    def is_settled(self) -> bool:
        return bool(self._answers) or self._error is not None

    def succeed(self, answer: Answer) -> None:
        self._answers.append(answer)

    def fail(self, error: Exception) -> None:
        self._error = error

    def answer(self) -> Answer:
        if self._error is not None:
            raise self._error
        return self._answers[0]
