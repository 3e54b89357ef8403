from dicom_node.console.access.attempts import PER_ADDRESS, PER_NAME, PER_NAME_AND_ADDRESS, WINDOW, Attempts
from tests.fakes.clock import FakeClock


def fail(attempts: Attempts, times: int, name: str = "ada", address: str = "10.0.0.1") -> None:
    for _ in range(times):
        attempts.begin(name, address)


def test_a_name_at_an_address_may_fail_five_times() -> None:
    attempts = Attempts(FakeClock())
    fail(attempts, PER_NAME_AND_ADDRESS - 1)
    assert attempts.begin("ada", "10.0.0.1") == 0
    assert attempts.begin("ada", "10.0.0.1") == WINDOW.total_seconds()


def test_the_same_name_may_still_log_in_elsewhere() -> None:
    attempts = Attempts(FakeClock())
    fail(attempts, PER_NAME_AND_ADDRESS)
    assert attempts.begin("ada", "10.0.0.2") == 0


def test_an_address_may_not_try_name_after_name() -> None:
    attempts = Attempts(FakeClock())
    for number in range(PER_ADDRESS):
        fail(attempts, 1, name=f"name{number}")
    assert attempts.begin("fresh", "10.0.0.1") > 0


def test_a_name_is_guarded_against_many_addresses() -> None:
    attempts = Attempts(FakeClock())
    for number in range(PER_NAME):
        fail(attempts, 1, address=f"10.0.{number // 250}.{number % 250}")
    assert attempts.begin("ada", "10.9.9.9") > 0


def test_failures_are_forgotten_after_the_window() -> None:
    clock = FakeClock()
    attempts = Attempts(clock)
    fail(attempts, PER_NAME_AND_ADDRESS)
    clock.advance(WINDOW.total_seconds())
    assert attempts.begin("ada", "10.0.0.1") == 0


def test_the_right_password_forgives_at_its_address() -> None:
    attempts = Attempts(FakeClock())
    fail(attempts, PER_NAME_AND_ADDRESS - 1)
    attempts.forgive("ada", "10.0.0.1")
    fail(attempts, PER_NAME_AND_ADDRESS - 1)
    assert attempts.begin("ada", "10.0.0.1") == 0


def test_right_passwords_never_lock_a_ward_out() -> None:
    attempts = Attempts(FakeClock())
    for number in range(10 * PER_ADDRESS):
        assert attempts.begin(f"name{number % 7}", "10.0.0.1") == 0
        attempts.forgive(f"name{number % 7}", "10.0.0.1")


def test_a_refused_try_does_not_make_the_wait_longer() -> None:
    clock = FakeClock()
    attempts = Attempts(clock)
    fail(attempts, PER_NAME_AND_ADDRESS)
    clock.advance(600)
    fail(attempts, 100)
    assert attempts.begin("ada", "10.0.0.1") == WINDOW.total_seconds() - 600


def test_made_up_names_do_not_fill_the_memory() -> None:
    attempts = Attempts(FakeClock())
    for number in range(6000):
        attempts.begin(f"name{number}", f"10.1.{number % 200}.{number // 200}")
    assert len(attempts._failures) <= 10_000
