"""Shadow mode: what is read and recorded, and never sent.

It holds for the whole node or for one of its AE titles. Which answers it covers is decided when an answer is made, from
what held when the images came and what holds now: who leaves the mode never sends an answer of that time by surprise.
"""

from dataclasses import dataclass
from typing import Final

#: Stands for the whole node where AE titles stand; no AE title is empty (PS3.5 6.2).
NODE: Final = ""


@dataclass(frozen=True, slots=True)
class Shadow:
    """Why an answer is not sent.

    Attributes:
        title: the AE title that is, or was, in shadow mode; NODE for the whole node.
        is_past: it was in shadow mode when the images came, and is not any more.
    """

    title: str
    is_past: bool = False

    @property
    def subject(self) -> str:
        """What is in shadow mode, to begin a sentence with."""
        return f"AE title {self.title}" if self.title else "this node"

    @property
    def reason(self) -> str:
        """Why nothing is sent, for the log."""
        when = "was in shadow mode when its images came" if self.is_past else "is in shadow mode"
        return f"{self.subject} {when}"

    @property
    def not_sent(self) -> str:
        """What a delivery says that waits for a person because of it."""
        said = f"Not sent: {self.reason}. What this destination may have of an earlier version still stands there."
        leave = "" if self.is_past else "leave shadow mode, then "
        return f"{said} Correct it by hand, or {leave}`osteonode retry STUDY`."
