"""Rows that are committed together, and fail alone."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import pytest

from dicom_node.ledger.group_commit import MOST_ROWS, GroupCommit
from domain.errors import LedgerFull


class Store:
    """Commits rows; the first commit waits until it may."""

    def __init__(self, bad: Sequence[int] = ()) -> None:
        self.batches: list[list[int]] = []
        self.began, self.may_go = Event(), Event()
        self._bad = bad

    def commit(self, rows: Sequence[int]) -> list[int]:
        self.began.set()
        self.may_go.wait(20)
        if any(row in self._bad for row in rows):
            raise LedgerFull("no room")
        self.batches.append(list(rows))
        return [-row for row in rows]


def submit_behind_the_first(store: Store, rows: Sequence[int]) -> list[Future[int]]:
    """Submit row 0, and while it is committed the others."""
    group = GroupCommit(store.commit)
    with ThreadPoolExecutor(len(rows) + 1) as threads:
        first = threads.submit(group.submit, 0)
        store.began.wait(20)
        futures = [threads.submit(group.submit, row) for row in rows]
        while len(group._waiting) < len(rows):
            Event().wait(0.001)
        store.may_go.set()
    return [first, *futures]


def test_rows_that_come_during_a_commit_share_the_next_one() -> None:
    store = Store()
    answers = submit_behind_the_first(store, range(1, 9))
    assert [future.result() for future in answers] == [-row for row in range(9)]
    assert [sorted(batch) for batch in store.batches] == [[0], list(range(1, 9))]


def test_a_row_that_fails_takes_no_neighbour_along() -> None:
    store = Store(bad=[3])
    futures = submit_behind_the_first(store, range(1, 6))
    assert [future.result() for number, future in enumerate(futures) if number != 3] == [0, -1, -2, -4, -5]
    with pytest.raises(LedgerFull):
        futures[3].result()
    assert sorted(row for batch in store.batches for row in batch) == [0, 1, 2, 4, 5]


def test_a_transaction_does_not_grow_without_end() -> None:
    store = Store()
    submit_behind_the_first(store, range(1, 2 * MOST_ROWS))
    assert max(map(len, store.batches)) == MOST_ROWS


def test_an_unforeseen_error_leaves_nobody_waiting() -> None:
    def commit(rows: Sequence[int]) -> list[int]:
        raise ZeroDivisionError

    group = GroupCommit(commit)
    with pytest.raises(ZeroDivisionError):
        group.submit(1)
    with pytest.raises(ZeroDivisionError):
        group.submit(2)


def test_an_unforeseen_error_of_a_row_is_told_to_it_alone() -> None:
    def commit(rows: Sequence[int]) -> list[int]:
        return [10 // (row - 2) for row in Store.commit(store, rows) and rows]

    store = Store()
    store.commit = commit  # type: ignore[method-assign]
    raised = [type(future.exception()) for future in submit_behind_the_first(store, [1, 2, 3])]
    assert raised == [type(None), type(None), ZeroDivisionError, type(None)]


def test_a_thread_that_is_ended_while_it_commits_leaves_nobody_waiting() -> None:
    def commit(rows: Sequence[int]) -> list[int]:
        if Store.commit(store, rows) and len(rows) > 1:
            raise SystemExit
        return [0]

    store = Store()
    store.commit = commit  # type: ignore[method-assign]
    _, *others = submit_behind_the_first(store, [1, 2, 3])
    raised = sorted(type(future.exception()).__name__ for future in others)
    assert raised == ["LedgerError", "LedgerError", "SystemExit"]
