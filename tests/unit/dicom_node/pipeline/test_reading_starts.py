import pytest

from dicom_node.pipeline.reading_starts import ReadingStarts


class Queue:
    """Images that wait for their reading to start, and a clock."""

    def __init__(self, images: int) -> None:
        self.images, self.seconds = images, 100.0
        self.starts = ReadingStarts(self.start, 4, lambda: self.seconds)

    def start(self, at_most: int) -> int:
        started = min(at_most, self.images)
        self.images -= started
        return started


@pytest.fixture
def queue() -> Queue:
    return Queue(images=100)


def test_a_few_readings_are_started_ahead_and_no_more_before_one_begins(queue: Queue) -> None:
    assert [queue.starts.look() for _ in range(3)] == [4, 0, 0]


def test_for_each_reading_that_begins_another_is_started(queue: Queue) -> None:
    queue.starts.look()
    queue.starts.note_begun()
    queue.starts.note_begun()
    assert [queue.starts.look() for _ in range(2)] == [2, 0]


def test_an_image_that_comes_alone_is_started_at_the_next_look() -> None:
    queue = Queue(images=0)
    queue.starts.look()
    for _ in range(10):
        queue.images += 1
        assert queue.starts.look() == 1
        queue.starts.note_begun()


def test_readings_that_never_begin_do_not_keep_the_others_waiting_for_long(queue: Queue) -> None:
    queue.starts.look()
    queue.seconds += 5.1
    assert [queue.starts.look() for _ in range(3)] == [4, 0, 0]


def test_readings_that_a_former_run_had_started_do_not_let_too_many_start(queue: Queue) -> None:
    for _ in range(20):
        queue.starts.note_begun()
    assert queue.starts.look() == 4
