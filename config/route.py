"""Which destinations get which answers."""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from config.fields import Section
from domain.document import COMPANIONS, DocumentKind
from domain.pattern import Pattern
from domain.routing import Kinds, RoutedFinding
from domain.tier import Tier


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


_TEXTS = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
#: One text, or a list of which one is enough.
Texts = Annotated[tuple[str, ...], BeforeValidator(_as_list), WithJsonSchema(_TEXTS)]


class Route(Section):
    """A rule: which destinations get the answer of a study that meets all its conditions.

    The routes are asked in the order of the file, and the first one whose conditions all hold decides, alone. Without
    any, or where none holds, every destination gets what its own table lets it take (docs/delivery.md).
    """

    name: str = Field(
        pattern=r"^[a-z][a-z0-9-]{0,31}$", description="Short name; `osteonode route` and `show` name it."
    )
    tags: dict[str, Texts] = Field(
        default_factory=dict,
        description='Keywords of DICOM attributes with what one image has there: "HAND", "*HAND*" or "/^HAND|WRIST$/"; '
        '"" for nothing.',
    )
    finding: tuple[RoutedFinding, ...] = Field(
        (), description="What is said of the most suspicious image; absent only where every image was analysed."
    )
    probability_at_least: float | None = Field(
        None, ge=0, le=1, description="Least fracture probability of the most suspicious image, 0 to 1."
    )
    region: Texts = Field(
        (), description="Regions that the models see in one image, as `osteonode models list` names them."
    )
    calling_ae_title: Texts = Field((), description="AE titles that one image came from.")
    called_ae_title: Texts = Field((), description="AE titles of this node that one image was sent to.")
    tier: tuple[Tier, ...] = Field((), description="Tiers that the study is answered at.")
    destinations: tuple[str, ...] = Field(
        description="Names of those that get the answer; an empty list: nobody, and the answer stays here."
    )
    documents: dict[str, tuple[DocumentKind, ...]] = Field(
        default_factory=dict,
        description="Of these destinations, what some of them get only: kinds of document by name.",
    )

    @property
    def kinds(self) -> Mapping[str, Kinds]:
        """The kinds of document by destination; None for all that it takes."""
        return {name: self._kinds_for(name) for name in self.destinations}

    @cached_property
    def patterns(self) -> Mapping[str, tuple[Pattern, ...]]:
        """The conditions on texts, by the key as the file writes it.

        Raises:
            ValueError: one is no pattern; settings that were loaded have none such.
        """
        tags = {f"tags.{keyword}": wanted for keyword, wanted in self.tags.items()}
        texts = {
            "region": self.region,
            "calling_ae_title": self.calling_ae_title,
            "called_ae_title": self.called_ae_title,
        }
        return {key: tuple(map(Pattern, wanted)) for key, wanted in (tags | texts).items() if wanted}

    def _kinds_for(self, name: str) -> Kinds:
        chosen = self.documents.get(name)
        if chosen is None:
            return None
        return frozenset(chosen) | {COMPANIONS[kind] for kind in chosen if kind in COMPANIONS}
