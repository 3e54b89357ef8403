"""Which images stay in memory: those at the beginning of a burst, and as many as readers get to meanwhile."""

from dicom_node.receive.read_soon import ReadSoon


class Clock:
    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_of_a_burst_the_first_images_stay() -> None:
    read_soon = ReadSoon(Clock())
    taken = [read_soon.takes_one() for _ in range(40)]
    assert taken == sorted(taken, reverse=True)
    assert 8 <= sum(taken) <= 20


def test_all_stay_that_come_no_faster_than_they_are_read() -> None:
    clock = Clock()
    read_soon = ReadSoon(clock)
    for _ in range(100):
        clock.seconds += 0.25
        assert read_soon.takes_one()


def test_after_a_burst_there_is_room_again_and_no_more_than_at_first() -> None:
    clock = Clock()
    read_soon = ReadSoon(clock)
    first = sum(read_soon.takes_one() for _ in range(40))
    clock.seconds += 3600
    assert sum(read_soon.takes_one() for _ in range(40)) == first
