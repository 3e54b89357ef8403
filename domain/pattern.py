"""Patterns that a person writes to say which values are meant: exact, with wild cards, or as a regular expression."""

import re
from dataclasses import dataclass
from functools import cached_property

#: Longer values are cut before they are compared: they come from the network.
LONGEST_VALUE = 1024


@dataclass(frozen=True)
class Pattern:
    """One pattern. Upper and lower case are alike, and blanks around a value do not count.

    `HAND` is that value; `*HAND*` and `H?ND` have the wild cards of C-FIND (PS3.4 C.2.2.2.4); `/^(HAND|WRIST)/` is a
    regular expression that is looked for anywhere in the value. An empty pattern means that there is no value, and no
    other pattern matches where there is none.

    Raises:
        ValueError: the regular expression is none.
    """

    text: str

    def __post_init__(self) -> None:
        try:
            _ = self._expression
        except re.error as error:
            raise ValueError(f"no regular expression: {error.msg}") from None

    @property
    def is_exact(self) -> bool:
        """Whether it means one value."""
        return not self._is_regex and not {"*", "?"} & set(self.text)

    def matches(self, value: str) -> bool:
        """Return whether a value is meant."""
        value = value.strip()
        if not (self.text and value):
            return self.text == value
        return self._expression.search(value[:LONGEST_VALUE]) is not None

    def covers(self, other: "Pattern") -> bool:
        """Return whether it is sure that whatever the other one matches is matched here too."""
        if self.text.casefold() == other.text.casefold():
            return True
        if other.is_exact:
            return self.matches(other.text)
        return self.text == "*" and bool(other.text)

    @property
    def _is_regex(self) -> bool:
        return len(self.text) > 2 and self.text.startswith("/") and self.text.endswith("/")

    @cached_property
    def _expression(self) -> re.Pattern[str]:
        if self._is_regex:
            return re.compile(self.text[1:-1], re.IGNORECASE)
        wild = re.escape(self.text).replace(r"\*", ".*").replace(r"\?", ".")
        return re.compile(rf"\A{wild}\Z", re.IGNORECASE | re.DOTALL)
