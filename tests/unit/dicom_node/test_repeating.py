import time
from itertools import pairwise
from threading import Event

from dicom_node.repeating import Repeating


def test_what_keeps_a_processor_busy_twice_rests_so_many_times_as_long() -> None:
    spans: list[tuple[float, float]] = []
    enough = Event()

    def work() -> None:
        began, used = time.monotonic(), time.thread_time()
        while time.thread_time() - used < 0.02:
            pass
        spans.append((began, time.monotonic()))
        if len(spans) == 3:
            enough.set()

    loop = Repeating("busy", 0.001, work, rests=5.0)
    loop.start()
    assert enough.wait(20)
    loop.stop()
    pauses = [later[0] - earlier[1] for earlier, later in pairwise(spans)]
    assert pauses[0] < 0.1 <= pauses[1]  # a first call that takes long may only have had something to load
