"""Words of the reports that pages say too: regions, types of fracture and reasons, from the reports' own tables.

They are read as data: what checks and uses them for documents loads what makes documents.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

_TABLES: Final = ("regions", "types", "reasons")


@dataclass(frozen=True, slots=True)
class ReportWords:
    """Words by their label or code; what is not known is said as it is."""

    tables: Mapping[str, Mapping[str, str]]

    def region(self, label: str) -> str:
        """Return what a region is called."""
        return self.tables["regions"].get(label, label)

    def type(self, label: str) -> str:
        """Return what a type of fracture is called; models leave its last word out."""
        types = self.tables["types"]
        return types.get(label) or types.get(f"{label} fracture") or label

    def reason(self, code: str, text: str) -> str:
        """Return why an image was not analysed, as a sentence."""
        words = self.tables["reasons"].get(code)
        return f"{words[:1].upper()}{words[1:]}." if words else text


@cache
def report_words(language: str) -> ReportWords:
    """Return the words of a language that the console speaks."""
    text = (files("reporting") / "translations" / f"{language}.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    return ReportWords({name: tables.get(name, {}) for name in _TABLES})
