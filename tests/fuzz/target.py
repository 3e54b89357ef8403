"""What is fuzzed: a function that takes any bytes, and the whole inputs that spoilt ones are made of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """One way in for bytes from outside.

    Attributes:
        seeds: whole inputs.
        try_one: raises only where the software has a fault; what it may say to spoilt bytes, it swallows.
    """

    seeds: Callable[[], Sequence[bytes]]
    try_one: Callable[[bytes], None]
