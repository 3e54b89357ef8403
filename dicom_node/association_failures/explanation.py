"""The form that every explanation has: what happened, what it means, and what to change on which side."""

from dataclasses import dataclass
from enum import StrEnum


class Place(StrEnum):
    """Where something is to be changed."""

    HERE = "here"
    PEER = "at the peer"
    EITHER = "here or at the peer"
    BETWEEN = "on the network"
    NOWHERE = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """One failure.

    Attributes:
        code: that docs/operations.md has an entry for.
        said: what was seen, with the Standard's words and codes; begins with the peer.
        meaning: what that means, in a clause.
        change: what to change, in a clause; empty where there is nothing.
        place: on which side.
    """

    code: str
    said: str
    meaning: str
    change: str
    place: Place

    @property
    def sentence(self) -> str:
        """What stands in a log: all of it, and the code to look for in docs/operations.md."""
        told = "; ".join(filter(None, (f"{self.said}: {self.meaning}", self.change)))
        return f"{told} [{self.code}]"


@dataclass(frozen=True, slots=True)
class Parties:
    """Who called whom, for the words of an explanation."""

    calling: str
    called: str
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.called} at {self.host}:{self.port}"
