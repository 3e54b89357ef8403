"""One sentence about what was done, shown on the page that comes next: a key of the table of words, and its values."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Final
from urllib.parse import quote, unquote

TONES: Final = ("good", "bad")
#: Browsers keep cookies of up to 4096 bytes (RFC 6265 6.1), name and attributes included.
_LONGEST: Final = 3500


@dataclass(frozen=True, slots=True)
class Notice:
    """What was done, or why not.

    Attributes:
        key: in the table of words.
        tone: "good" or "bad".
    """

    key: str
    values: Mapping[str, str | int] = field(default_factory=dict)
    tone: str = "good"

    def to_cookie(self) -> str:
        """Return it as the value of a cookie."""
        return quote(json.dumps(asdict(self)), safe="")


def from_cookie(value: str) -> Notice | None:
    """Return the notice of a cookie, None where there is none or somebody else wrote it."""
    if not value or len(value) > _LONGEST:
        return None
    try:
        read = json.loads(unquote(value))
        notice = Notice(str(read["key"]), dict(read["values"]), read["tone"])
    except (ValueError, KeyError, TypeError):
        return None
    return notice if notice.tone in TONES else None
