"""The part of osteonode drift that speaks of images."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from dicom_node.drift.inputs import InputLine, Learned, MeasureLine

#: What the measures are called where people read them.
NAMES: Final = {
    "matrix_px": "matrix, long side (px)",
    "field_mm": "imaged field, long side (mm)",
    "inverted": "inverted (MONOCHROME1, INVERSE)",
    "contrast": "displayed contrast",
    "brightness": "mean grey",
    "entropy_bits": "grey-level entropy (bits)",
    "clipped": "saturated pixels",
    "sharpness": "sharpness (log10)",
    "distance": "distance from training images",
    "regions": "shares of the regions",
}
_SHORT: Final = ("receiver", "sender", "region", "images", "what differs")
_LONG: Final = ("sender", "region", "measure", "images", "median", "reference", "PSI", "limit", "verdict")


def print_summary(lines: "Sequence[InputLine]") -> None:
    """Print a row for each own title, sender and region."""
    from dicom_node.cli.terminal import make_table, print_table

    table = make_table(_SHORT, numbers=("images",))
    for each in lines:
        origin = each.origin
        titles = origin.called_ae_title or "-", origin.calling_ae_title
        table.add_row(*titles, name_region(origin.region), str(each.images), describe_line(each))
    print_table(table)


def print_measures(lines: "Sequence[InputLine]") -> None:
    """Print a row for each measure."""
    from dicom_node.cli.terminal import make_table, print_table

    table = make_table(_LONG, numbers=_LONG[3:8])
    for line in lines:
        for each in line.measures:
            table.add_row(*_describe_measure(line, each))
    print_table(table)


def describe_line(line: "InputLine") -> str:
    """Return in words what differs, or why nothing can."""
    from dicom_node.drift.scores import DriftVerdict

    if line.differing:
        return "differs: " + ", ".join(f"{NAMES[each.measure]} {each.index:.2f}" for each in line.differing)
    verdicts = {each.verdict for each in line.measures}
    for verdict in (DriftVerdict.SAME, DriftVerdict.TOO_FEW, DriftVerdict.LEARNING):
        if verdict in verdicts:
            return write_verdict(verdict, line.images, line.learned)
    return "nothing to compare with"


def write_verdict(verdict: str, images: int, learned: "Learned", against: str | None = None) -> str:
    """Return a verdict in words."""
    from dicom_node.drift.scores import LEAST_IMAGES

    reference = {"validation": " the validation images", "own": " the sender's first images"}.get(against or "", "")
    words = {
        "same": f"as{reference}" if reference else "nothing differs",
        "differs": f"differs from{reference}",
        "too_few": f"too few images: {images} of {LEAST_IMAGES}",
        "learning": f"learning the sender's first images: {learned.found} of {learned.wanted}",
        "no_reference": "nothing to compare with",
    }
    return words[verdict]


def name_region(region: str) -> str:
    """Return how a region is called in a table."""
    from dicom_node.measure_ports import EVERY_REGION

    return "all" if region == EVERY_REGION else region or "-"


def as_json(line: "InputLine") -> dict[str, Any]:
    """Return a line for programs."""
    origin, learned = line.origin, line.learned
    return {
        "receiver": origin.called_ae_title,
        "sender": origin.calling_ae_title,
        "region": origin.region or None,
        "images": line.images,
        "first_images": {"learned": learned.images, "found": learned.found, "wanted": learned.wanted},
        "measures": [_measure_as_json(each) for each in line.measures],
    }


def _measure_as_json(line: "MeasureLine") -> dict[str, Any]:
    return {
        "measure": line.measure,
        "images": line.images,
        "verdict": line.verdict,
        "against": line.against,
        "population_stability_index": line.index,
        "limit": line.limit,
        "median": line.median,
        "reference_median": line.reference_median,
        "bins": {"names" if line.measure == "regions" else "edges": line.bins},
        "counts": line.counts,
        "reference_counts": line.reference,
    }


def _describe_measure(line: "InputLine", each: "MeasureLine") -> tuple[str, ...]:
    place = line.origin.calling_ae_title, name_region(line.origin.region)
    medians = (_number(each.median, "g"), _number(each.reference_median, "g"))
    indexes = (_number(each.index, ".3f"), _number(each.limit, ".3f"))
    words = write_verdict(each.verdict, each.images, line.learned, each.against)
    return (*place, NAMES[each.measure], str(each.images), *medians, *indexes, words)


def _number(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)
