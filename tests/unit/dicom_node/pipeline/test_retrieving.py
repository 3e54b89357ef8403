import threading
from contextlib import ExitStack

from dicom_node.pipeline.retrieving import PATIENCE, list_loops, retrieve_due, share_out
from domain.retrieval import RetrievalAttempt, RetrievalState
from tests.fakes.archives import FakeArchives, FakeRetrievals
from tests.fakes.clock import FakeClock

DOWN = RetrievalAttempt(again=True, said="no TCP connection")


def test_an_archive_that_is_down_is_asked_again_later_and_later_until_it_hands_the_study_over() -> None:
    clock = FakeClock()
    book, archives = FakeRetrievals(clock), FakeArchives(DOWN, DOWN, RetrievalAttempt(2))
    book.ask("1.1", "PACS")
    assert retrieve_due(book, archives) == 1
    assert retrieve_due(book, archives) == 0
    clock.advance(PATIENCE.first_seconds)
    retrieve_due(book, archives)
    clock.advance(2 * PATIENCE.first_seconds)
    retrieve_due(book, archives)
    assert archives.asked == [("1.1", "PACS")] * 3
    assert [(each.state, each.attempts) for each in book.latest()] == [(RetrievalState.DONE, 3)]


def test_what_no_repetition_changes_is_not_repeated() -> None:
    book, archives = FakeRetrievals(FakeClock()), FakeArchives(RetrievalAttempt(said="unknown here"))
    book.ask("1.1", "PACS")
    retrieve_due(book, archives)
    assert [(each.state, each.said) for each in book.latest()] == [(RetrievalState.FAILED, "unknown here")]


def test_patience_ends() -> None:
    clock = FakeClock()
    book, archives = FakeRetrievals(clock), FakeArchives(DOWN)
    book.ask("1.1", "PACS")
    while book.due():
        retrieve_due(book, archives)
        clock.advance(PATIENCE.cap_seconds)
    assert [(each.state, each.attempts) for each in book.latest()] == [(RetrievalState.FAILED, PATIENCE.max_attempts)]


class HangingArchives(FakeArchives):
    """PACS1 answers when it is let go; the others at once."""

    def __init__(self) -> None:
        super().__init__(RetrievalAttempt(1))
        self.hangs, self.goes_on, self.others = threading.Event(), threading.Event(), threading.Semaphore(0)

    def retrieve(self, study_instance_uid: str, archive: str) -> RetrievalAttempt:
        if archive == "PACS1":
            self.hangs.set()
            self.goes_on.wait(20)
        else:
            self.others.release()
        return super().retrieve(study_instance_uid, archive)


def test_an_archive_that_hangs_delays_no_other() -> None:
    book, archives = FakeRetrievals(FakeClock()), HangingArchives()
    book.ask("1.1", "PACS1")
    with ExitStack() as stops:
        for loop in list_loops(book, archives, ["PACS1", "PACS2", "PACS3"]):
            loop.start()
            stops.callback(loop.stop)
        stops.callback(archives.goes_on.set)
        assert archives.hangs.wait(20)
        book.ask("1.2", "PACS2")
        book.ask("1.3", "PACS3")
        assert all(archives.others.acquire(timeout=20) for _ in range(2))
        assert sorted(archives.asked) == [("1.2", "PACS2"), ("1.3", "PACS3")]
    assert ("1.1", "PACS1") in archives.asked


def test_every_request_is_of_one_loop_that_of_an_unknown_archive_too() -> None:
    loops = [is_mine for _name, is_mine in share_out(["PACS1", "PACS2", "PACS1", "PACS3"])]
    taken = {title: [is_mine(title) for is_mine in loops] for title in ("PACS1", "PACS2", "PACS3", "GONE")}
    assert taken["PACS1"] == taken["GONE"] == [True, False, False]
    assert (taken["PACS2"], taken["PACS3"]) == ([False, True, False], [False, False, True])
    assert [is_mine("GONE") for _name, is_mine in share_out([])] == [True]
