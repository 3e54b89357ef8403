"""Chance that says what a test wants, or the same series for the same seed."""

import random


class FakeChance:
    """Implements ports.Chance.

    Args:
        always: what it says each time; None for a series that follows from `seed`.
    """

    def __init__(self, always: float | None = None, *, seed: int = 0) -> None:
        self._always = always
        self._random = random.Random(seed)

    def fraction(self) -> float:
        return self._random.random() if self._always is None else self._always
