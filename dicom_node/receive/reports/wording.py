"""The words of the text rule, read once."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

_FILE: Final = Path(__file__).with_name("fracture_wording.toml")


@dataclass(frozen=True, slots=True)
class Wording:
    """Regular expressions by the names of their tables and keys, such as "hedge.before"."""

    patterns: dict[str, re.Pattern[str]]

    def finds(self, name: str, text: str) -> bool:
        """Return whether a text has one of the words."""
        return self.patterns[name].search(text) is not None

    def __getitem__(self, name: str) -> re.Pattern[str]:
        return self.patterns[name]


@cache
def load_wording() -> Wording:
    """Return the words of the rule."""
    tables = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return Wording(
        {f"{table}.{key}": _compile(value) for table, entries in tables.items() for key, value in entries.items()}
    )


def _compile(value: str | list[str]) -> re.Pattern[str]:
    source = value if isinstance(value, str) else "|".join(f"(?:{each})" for each in value)
    return re.compile(source, re.IGNORECASE)
