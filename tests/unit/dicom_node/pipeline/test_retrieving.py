from dicom_node.pipeline.retrieving import PATIENCE, retrieve_due
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
