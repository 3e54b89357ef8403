from typing import Any

import pytest
from argon2 import PasswordHasher

from dicom_node.console.access.passwords import HASHER, Passwords, find_fault
from tests.fakes.console import PASSWORD, QUICK_HASHER


class CountingHasher(PasswordHasher):
    """Counts what it verifies."""

    verified = 0

    def verify(self, *arguments: Any) -> bool:  # type: ignore[override]
        type(self).verified += 1
        return super().verify(*arguments)


def test_a_hash_is_argon2id_and_says_nothing_of_the_password() -> None:
    password_hash = Passwords(QUICK_HASHER).make_hash(PASSWORD)
    assert password_hash.startswith("$argon2id$")
    assert password_hash != Passwords(QUICK_HASHER).make_hash(PASSWORD)


def test_what_is_kept_costs_64_mib_and_three_passes() -> None:
    assert (HASHER.memory_cost, HASHER.time_cost) == (65536, 3)


@pytest.mark.parametrize(("typed", "is_right"), [(PASSWORD, True), (PASSWORD + " ", False), ("x" * 5000, False)])
def test_only_the_right_password_is_right(typed: str, is_right: bool) -> None:
    passwords = Passwords(QUICK_HASHER)
    assert passwords.is_right(typed, passwords.make_hash(PASSWORD)) is is_right


def test_as_much_is_computed_for_a_name_that_nobody_has() -> None:
    hasher = CountingHasher(time_cost=1, memory_cost=8, parallelism=1)
    assert not Passwords(hasher).is_right(PASSWORD, None)
    assert CountingHasher.verified == 1


def test_a_damaged_hash_lets_nobody_in() -> None:
    assert not Passwords(QUICK_HASHER).is_right(PASSWORD, "damaged")


@pytest.mark.parametrize(
    ("password", "words"),
    [("short", "12 characters"), ("x" * 257, "at most"), ("aaaaaaaabbbb", "guess"), ("ada is the best", "guess")],
)
def test_a_password_that_can_be_guessed_is_refused_with_why(password: str, words: str) -> None:
    assert words in find_fault(password, "ada")


def test_a_sentence_may_be_a_password() -> None:
    assert find_fault(PASSWORD, "ada") == ""
