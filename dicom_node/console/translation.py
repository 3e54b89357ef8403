"""Every word of the console, in every language: tables in `words/`, a file per page, and how one is looked up."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

#: In the order of the switch; each with its own name, and the direction that it is written in.
LANGUAGES: Final = {"en": ("English", "ltr"), "ar": ("العربية", "rtl")}
DEFAULT_LANGUAGE: Final = "en"
WORDS_FOLDER: Final = Path(__file__).with_name("words")
_Table = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language."""

    language: str

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return LANGUAGES[self.language][1]

    def __call__(self, key: str, **values: object) -> str:
        """Return what `key` says, with the values in its braces; raises KeyError where nobody wrote it."""
        return load_words()[key][self.language].format(**values)


def choose_language(asked: str, accepted: str) -> str:
    """Return a language that the console speaks.

    Args:
        asked: what the visitor chose; may be anything.
        accepted: the header Accept-Language (RFC 9110 12.5.4).
    """
    wished = (asked, *_by_weight(accepted))
    return next((each for each in wished if each in LANGUAGES), DEFAULT_LANGUAGE)


def _by_weight(accepted: str) -> Iterable[str]:
    weighed = []
    for part in accepted[:256].split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality or 1)
        except ValueError:
            continue
        if weight > 0:
            weighed.append((-weight, tag.partition("-")[0].lower()))
    return [language for _weight, language in sorted(weighed, key=lambda each: each[0])]


@cache
def load_words() -> _Table:
    """Return every text by `FILE.KEY` and language."""
    return {
        f"{path.stem}.{key}": texts
        for path in sorted(WORDS_FOLDER.glob("*.toml"))
        for key, texts in tomllib.loads(path.read_text(encoding="utf-8")).items()
    }
