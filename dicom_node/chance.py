"""The chance that everybody else uses too."""

import random


class SystemChance:
    """Implements ports.Chance by the system's source: two nodes never draw the same."""

    def __init__(self) -> None:
        self._random = random.SystemRandom()

    def fraction(self) -> float:
        """Return a number from 0 up to, and without, 1."""
        return self._random.random()
