"""Which destinations get the answer of a study, which kinds of document, and by which rule."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from domain.document import DocumentKind
from domain.finding import FractureState, StudyFindings

#: The kinds of document that may go to a destination; None for all that it takes.
Kinds = frozenset[DocumentKind] | None


class RoutedFinding(StrEnum):
    """What a study is routed by: its most suspicious image.

    ABSENT only where every image was analysed: a rule for negative studies never silences an image that nobody read.
    """

    PRESENT = "present"
    DOUBT = "doubt"
    ABSENT = "absent"
    NOT_ANALYSED = "not_analysed"

    @classmethod
    def of(cls, findings: StudyFindings) -> "RoutedFinding":
        """Return what a study is routed by."""
        if findings.fracture is not None and findings.fracture.state is not FractureState.ABSENT:
            return cls(findings.fracture.state.value)
        return cls.NOT_ANALYSED if findings.unread else cls.ABSENT


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a rule, and whether a study meets it.

    Attributes:
        key: as the configuration writes it: `finding`, `tags.BodyPartExamined`.
        wanted: as the configuration writes it.
        holds: None where that is not known of the study.
        found: what the study has instead; it may name a patient, and is never kept.
    """

    key: str
    wanted: str
    holds: bool | None
    found: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class JudgedRoute:
    """One rule and what it makes of a study. `asked` is False where an earlier one decided."""

    name: str
    conditions: tuple[Condition, ...]
    asked: bool = True

    @property
    def holds(self) -> bool | None:
        """Whether every condition holds; None where that depends on what is not known."""
        held = {each.holds for each in self.conditions}
        return False if False in held else None if None in held else True

    @property
    def fired(self) -> bool:
        """Whether this is the rule that decides."""
        return self.asked and self.holds is True


@dataclass(frozen=True, slots=True)
class Routing:
    """Where one version of an answer goes.

    Attributes:
        route: the rule that decided; empty where none did, and every destination gets what it takes.
        documents: the kinds that each destination may get; one that is not named gets nothing.
        corrected: destinations that get it, or more kinds of it, because they got an earlier version.
        owed: destinations that got an earlier version; known while it is decided, and not kept.
        judged: every rule, in the order of the configuration; empty where there is none, and for a retraction.
    """

    route: str
    documents: Mapping[str, Kinds]
    corrected: tuple[str, ...] = ()
    judged: tuple[JudgedRoute, ...] = ()
    owed: tuple[str, ...] = ()

    def kinds_for(self, destination: str) -> Kinds:
        """Return what may go to a destination: nothing where it is not named."""
        return self.documents.get(destination, NOTHING)


NOTHING: Final[frozenset[DocumentKind]] = frozenset()


def unite(first: Kinds, second: Kinds) -> Kinds:
    """Return what either lets through."""
    return None if first is None or second is None else first | second
