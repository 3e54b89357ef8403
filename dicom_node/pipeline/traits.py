"""What routes ask of a study: its images' attributes and senders, and what was found."""

import warnings
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pydicom
from pydicom.errors import InvalidDicomError
from pydicom.multival import MultiValue

from config.settings import Route
from domain.finding import StudyFindings
from domain.instance import ReceivedInstance
from domain.routing import RoutedFinding
from domain.tier import Tier, lowest


@dataclass(frozen=True, slots=True)
class StudyTraits:
    """What is known of a study; None where it is not known, which no condition takes for met.

    Attributes:
        probability: of a fracture in the most suspicious image, 0 to 1; None as well where no image was read.
        tags: the values of each keyword over all images, once each; "" for an image without.
    """

    finding: RoutedFinding | None = None
    probability: float | None = None
    regions: tuple[str, ...] | None = None
    calling_ae_titles: tuple[str, ...] | None = None
    called_ae_titles: tuple[str, ...] | None = None
    tier: Tier | None = None
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    @property
    def was_read(self) -> bool:
        """Whether it is known what was found."""
        return self.finding is not None


def traits_of(
    instances: Sequence[ReceivedInstance], findings: StudyFindings | None, routes: Iterable[Route]
) -> StudyTraits:
    """Return what the routes ask of a study of the ledger; headers are read for the keywords that they name alone."""
    return with_findings(
        StudyTraits(
            calling_ae_titles=_each_once(each.calling_ae_title.strip() for each in instances),
            called_ae_titles=_each_once(each.called_ae_title.strip() for each in instances),
            tier=lowest(each.tier for each in instances),
            tags=read_tags([each.path for each in instances], keywords_of(routes)),
        ),
        findings,
    )


def with_findings(traits: StudyTraits, findings: StudyFindings | None) -> StudyTraits:
    """Return traits with what was found."""
    if findings is None:
        return traits
    return replace(
        traits,
        finding=RoutedFinding.of(findings),
        probability=findings.fracture.probability if findings.fracture is not None else None,
        regions=_each_once(each.region.label for each in findings.read if each.region is not None),
    )


def keywords_of(routes: Iterable[Route]) -> tuple[str, ...]:
    """Return the keywords that routes ask for."""
    return _each_once(keyword for route in routes for keyword in route.tags)


def read_tags(paths: Sequence[Path], keywords: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return the values of attributes over all images; a file that cannot be read has none."""
    if not keywords:
        return {}
    headers = [_read_header(path, keywords) for path in paths]
    return {keyword: _each_once(value for ds in headers for value in _values(ds, keyword)) for keyword in keywords}


def _read_header(path: Path, keywords: Collection[str]) -> pydicom.Dataset:
    try:
        return pydicom.dcmread(path, stop_before_pixels=True, specific_tags=[*keywords])
    except (InvalidDicomError, OSError, ValueError, TypeError, AttributeError, LookupError):
        return pydicom.Dataset()


def _values(ds: pydicom.Dataset, keyword: str) -> tuple[str, ...]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pydicom warns with the value that it tripped over
            value: Any = ds.get(keyword)
    except (ValueError, TypeError, AttributeError, LookupError, NotImplementedError):
        return ("",)
    values = value if isinstance(value, MultiValue | list) else [value]
    return tuple("" if each is None else str(each).strip() for each in values) or ("",)


def _each_once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
