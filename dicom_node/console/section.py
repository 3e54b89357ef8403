"""A part of a page that stands by itself: a template, and what fills it. A page lists its sections in their order."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from dicom_node.console.visit import Visit

Subject = TypeVar("Subject")


@dataclass(frozen=True, slots=True)
class Section(Generic[Subject]):
    """One part of a page.

    Attributes:
        template: below `templates/`; there `part.NAME` is what `describe` returned as NAME.
        describe: called with the visit and what the page is about; None leaves the section out.
    """

    template: str
    describe: Callable[[Visit, Subject], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Part:
    """A section as it is shown: its template, and its values."""

    template: str
    values: Mapping[str, Any]


def describe_all(sections: Iterable[Section[Subject]], visit: Visit, subject: Subject) -> list[Part]:
    """Return the sections of a page that have something to show, in their order."""
    described = ((each.template, each.describe(visit, subject)) for each in sections)
    return [Part(template, values) for template, values in described if values is not None]
