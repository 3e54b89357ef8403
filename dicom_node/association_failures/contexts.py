"""Presentation contexts that a peer refused (PS3.8 9.3.3.2, Table 9-18)."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class ContextResult:
    """One row: the Standard's word, what it means, and what to change at the peer."""

    result: int
    word: str
    meaning: str
    change: str

    @property
    def code(self) -> str:
        """What docs/operations.md has an entry for."""
        return f"context {self.result}"


#: By field Result/Reason; 0 is acceptance.
_ROWS: Final = (
    ContextResult(
        1, "user-rejection", "the application there does not want it", "allow this class for this node's AE title there"
    ),
    ContextResult(2, "no-reason", "the DICOM software there refuses it", "look in its log for the reason"),
    ContextResult(
        3,
        "abstract-syntax-not-supported",
        "it does not know this class, or not from this node",
        "enable this SOP class there",
    ),
    ContextResult(
        4,
        "transfer-syntaxes-not-supported",
        "it takes this class in none of the offered transfer syntaxes",
        "enable Explicit or Implicit VR Little Endian for this class there",
    ),
)
CONTEXT_RESULTS: Final = {row.result: row for row in _ROWS}
CONTEXT_CODES: Final = tuple(row.code for row in _ROWS)


def explain_context(result: int) -> ContextResult:
    """Return what the result of a refused context means; what the table lacks is refused without a reason."""
    return CONTEXT_RESULTS.get(result, CONTEXT_RESULTS[2])
