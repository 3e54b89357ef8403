"""How much the answer to a study says: agreed with the site for each application entity that sends images."""

from collections.abc import Iterable
from enum import StrEnum


class Tier(StrEnum):
    """What is said of an image beside whether a fracture is suspected, how sure that is, and the region.

    The values are stable: they stand in configuration files and in the ledger. From the least to the most.
    """

    CLASSIFICATION = "classification"
    TYPES = "types"
    FULL = "full"

    @property
    def states_types(self) -> bool:
        """Whether the type of a fracture is said."""
        return self is not Tier.CLASSIFICATION

    @property
    def states_places(self) -> bool:
        """Whether it is said where in the image: boxes, heat maps, explanations."""
        return self is Tier.FULL


def lowest(tiers: Iterable[Tier]) -> Tier:
    """Return the tier that says least: a study of several senders is answered at it. FULL where there is none."""
    return min(tiers, key=list(Tier).index, default=Tier.FULL)
