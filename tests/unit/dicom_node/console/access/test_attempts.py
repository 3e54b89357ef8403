from dicom_node.console.access.attempts import PER_ADDRESS, PER_NAME, PER_NAME_AND_ADDRESS, WINDOW, Attempts
from tests.fakes.clock import FakeClock


def fail(attempts: Attempts, times: int, name: str = "ada", address: str = "10.0.0.1") -> None:
    for _ in range(times):
        attempts.note_failure(name, address)


def test_a_name_at_an_address_may_fail_five_times() -> None:
    attempts = Attempts(FakeClock())
    fail(attempts, PER_NAME_AND_ADDRESS - 1)
    assert attempts.wait_seconds("ada", "10.0.0.1") == 0
    fail(attempts, 1)
    assert attempts.wait_seconds("ada", "10.0.0.1") == WINDOW.total_seconds()


def test_the_same_name_may_still_log_in_elsewhere() -> None:
    attempts = Attempts(FakeClock())
    fail(attempts, PER_NAME_AND_ADDRESS)
    assert attempts.wait_seconds("ada", "10.0.0.2") == 0


def test_an_address_may_not_try_name_after_name() -> None:
    attempts = Attempts(FakeClock())
    for number in range(PER_ADDRESS):
        fail(attempts, 1, name=f"name{number}")
    assert attempts.wait_seconds("fresh", "10.0.0.1") > 0


def test_a_name_is_guarded_against_many_addresses() -> None:
    attempts = Attempts(FakeClock())
    for number in range(PER_NAME):
        fail(attempts, 1, address=f"10.0.{number // 250}.{number % 250}")
    assert attempts.wait_seconds("ada", "10.9.9.9") > 0


def test_failures_are_forgotten_after_the_window() -> None:
    clock = FakeClock()
    attempts = Attempts(clock)
    fail(attempts, PER_NAME_AND_ADDRESS)
    clock.advance(WINDOW.total_seconds())
    assert attempts.wait_seconds("ada", "10.0.0.1") == 0


def test_the_right_password_forgives_at_its_address() -> None:
    attempts = Attempts(FakeClock())
    fail(attempts, PER_NAME_AND_ADDRESS - 1)
    attempts.forgive("ada", "10.0.0.1")
    fail(attempts, PER_NAME_AND_ADDRESS - 1)
    assert attempts.wait_seconds("ada", "10.0.0.1") == 0


def test_made_up_names_do_not_fill_the_memory() -> None:
    attempts = Attempts(FakeClock())
    for number in range(6000):
        attempts.note_failure(f"name{number}", f"10.1.{number % 200}.{number // 200}")
    assert len(attempts._failures) <= 10_000
