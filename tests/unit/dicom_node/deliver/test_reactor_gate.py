import threading

from dicom_node.deliver.reactor_gate import ReactorGate


def test_closing_returns_only_when_the_thread_is_held() -> None:
    busy, go_on = threading.Event(), threading.Event()
    gate = ReactorGate(is_gone=lambda: False)

    def turn() -> None:
        gate.wait()  # open: passes
        busy.set()
        go_on.wait(5)
        gate.wait()

    thread = threading.Thread(target=turn)
    thread.start()
    busy.wait(5)
    closing = threading.Thread(target=gate.clear)
    closing.start()
    closing.join(0.1)
    assert closing.is_alive()
    go_on.set()
    closing.join(5)
    assert not closing.is_alive()
    assert thread.is_alive()
    gate.set()
    thread.join(5)
    assert not thread.is_alive()


def test_opening_and_closing_at_once_does_not_trust_a_thread_that_was_let_go() -> None:
    turns: list[int] = []
    ended = threading.Event()
    gate = ReactorGate(is_gone=lambda: False)

    def run() -> None:
        while not ended.is_set():
            gate.wait()
            turns.append(1)

    thread = threading.Thread(target=run)
    thread.start()
    for _ in range(500):
        gate.clear()
        before = len(turns)
        assert gate.is_set() is False
        assert len(turns) == before
        gate.set()
    ended.set()
    thread.join(5)
    assert not thread.is_alive()


def test_a_thread_that_is_gone_holds_nobody() -> None:
    gate = ReactorGate(is_gone=lambda: True)
    gate.clear()
    assert not gate.wait(0.01)
