"""Images: whether those that come are as those of validation, or as the first that their sender sent."""

from collections.abc import Mapping
from typing import Any, Final

from dicom_node.console.pages.model_sections.serving_models import ServingModels
from dicom_node.console.section import Section
from dicom_node.console.share_histogram import HEIGHT, WIDTH, draw_shares
from dicom_node.console.visit import Visit
from dicom_node.drift.inputs import InputLine
from dicom_node.drift.scores import DAYS, LEAST_IMAGES, DriftVerdict
from dicom_node.measure_ports import EVERY_REGION
from reporting.translation import load_translation

#: How a verdict on images looks.
TONES: Final = {
    DriftVerdict.SAME: "good",
    DriftVerdict.DIFFERS: "held",
    DriftVerdict.TOO_FEW: "plain",
    DriftVerdict.LEARNING: "plain",
    DriftVerdict.NO_REFERENCE: "plain",
}
#: Which verdict on a measure is that on all measures of a line: the first of these that one of them has.
_FIRST: Final = (*(DriftVerdict.DIFFERS, DriftVerdict.SAME), DriftVerdict.TOO_FEW, DriftVerdict.LEARNING)


def describe(visit: Visit, _models: ServingModels) -> Mapping[str, Any]:
    """Return a line for each own title, sender and region, and how to draw it."""
    return {
        "lines": visit.services.inputs(),
        "days": DAYS,
        "least_images": LEAST_IMAGES,
        "tones": TONES,
        "verdict_of": find_verdict,
        "draw": draw_shares,
        "size": (WIDTH, HEIGHT),
        "every_region": EVERY_REGION,
        "regions": load_translation(visit.words.language).regions,
    }


def find_verdict(line: InputLine) -> DriftVerdict:
    """Return what is said of all measures of a line together."""
    found = {each.verdict for each in line.measures}
    return next((verdict for verdict in _FIRST if verdict in found), DriftVerdict.NO_REFERENCE)


SECTION: Final = Section("models/inputs.html", describe)
