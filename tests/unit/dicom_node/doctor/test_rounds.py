import threading
from collections.abc import Iterator

from dicom_node.doctor.rounds import Look, look_all_round
from dicom_node.doctor.verdicts import Check, Verdict, good
from domain.errors import ConfigError


def test_one_that_hangs_keeps_what_it_has_found_and_delays_no_other() -> None:
    released = threading.Event()

    def hang() -> Iterator[Check]:
        yield good("TCP", "there")
        released.wait(10)

    slow, quick = look_all_round([Look("slow", hang), Look("quick", lambda: [good("TCP", "there")])], 0.02)
    released.set()
    assert [check.probe for check in slow.checks] == ["TCP", "time"]
    assert "not finished within 0.08 s" in slow.checks[-1].meaning
    assert slow.verdict is Verdict.FAULT
    assert quick.verdict is Verdict.GOOD


def test_settings_that_cannot_be_used_are_a_fault_here_for_each_problem() -> None:
    def misconfigured() -> list[Check]:
        raise ConfigError(("password_file: cannot be read", "token_file: is empty"), subject="secrets")

    (examined,) = look_all_round([Look("destination web", misconfigured)], 1)
    assert [check.meaning for check in examined.checks] == ["password_file: cannot be read", "token_file: is empty"]
    assert {check.place for check in examined.checks} == {"here"}


def test_an_error_that_nobody_foresaw_is_told_without_its_words() -> None:
    def broken() -> Iterator[Check]:
        yield good("TCP", "there")
        raise ValueError("Zzyzx^Quilla")

    (examined,) = look_all_round([Look("destination pacs", broken)], 1)
    assert examined.verdict is Verdict.FAULT
    assert "ValueError" in examined.checks[-1].meaning
    assert "Zzyzx" not in repr(examined)
