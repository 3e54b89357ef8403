"""What a tier leaves out is taken out before any document is laid out, so that no kind of document can say it."""

from collections.abc import Sequence
from dataclasses import replace

from domain.finding import ImageReading, StudyFindings
from domain.tier import Tier
from reporting.evidence import ImageEvidence


def limit_findings(result: StudyFindings, tier: Tier) -> StudyFindings:
    """Return the findings as far as a tier states them; statements, certainties and regions stay as they are."""
    return replace(result, readings=tuple(_limit_reading(reading, tier) for reading in result.readings))


def limit_evidence(evidence: Sequence[ImageEvidence], tier: Tier) -> list[ImageEvidence]:
    """Return the images without heat maps where a tier states no places: a heat map is one."""
    return [each if tier.states_places else replace(each, heat_map=None) for each in evidence]


def _limit_reading(reading: ImageReading, tier: Tier) -> ImageReading:
    return replace(
        reading,
        boxes=reading.boxes if tier.states_places else (),
        types=reading.types if tier.states_types else (),
    )
