"""What a check of a configuration says, for a person who pastes one."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class CheckedText:
    """A configuration that was checked.

    Attributes:
        problems: a sentence each, in the order of the lines; empty where it is good.
        toml: every setting that would hold, defaults included; empty where there is a problem.
        comments: what they come to, line by line.
        remarks: what works, but a person should know: sentences below a headline each.
    """

    problems: tuple[str, ...] = ()
    toml: str = ""
    comments: tuple[str, ...] = ()
    remarks: tuple[tuple[str, tuple[str, ...]], ...] = ()


class ConfigurationCheck(Protocol):
    """Checks a text as `osteonode check-config` checks a file; keeps nothing of it."""

    def __call__(self, text: str) -> CheckedText:
        """Return what is wrong with it, all at once, or what would hold."""
        ...
