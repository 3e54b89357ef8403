"""How a version in another precision differs from the first one: the table of docs/evaluation.md."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inference.training.evaluation import ReadExample, box_average_precision, measure_fracture, region_accuracy
from inference.training.metrics import FRACTURE_MEASURES, bootstrap
from inference.training.revalidation import Revalidated

NOT_READ = "not analysed"
#: The probability of a fracture, and the statement.
Said = tuple[float, str]


@dataclass(frozen=True, slots=True)
class Differences:
    """What changed between two readings of the same images.

    Attributes:
        largest, mean: of the absolute difference of the probability of a fracture.
        statements: images whose statement changed, by "from to to".
    """

    largest: float
    mean: float
    statements: Counter[str]

    @property
    def changed(self) -> int:
        """Images whose statement changed."""
        return self.statements.total()


def find_differences(before: Sequence[Said], after: Sequence[Said]) -> Differences:
    """Compare (probability, statement) of the same images, in the same order."""
    apart = np.abs(_probabilities(before) - _probabilities(after))
    statements = Counter(f"{old} to {new}" for (_, old), (_, new) in zip(before, after, strict=True) if old != new)
    return Differences(float(apart.max()), float(apart.mean()), statements)


def write_comparison(found: Revalidated) -> str:
    """Return the part of docs/evaluation.md that the precision marks; intervals are 95 % bootstrap intervals."""
    first, own, unfitted = (
        _say(found.first),
        _say(found.own),
        [(each.probability, each.state.value) for each in found.unfitted],
    )
    other, mine = find_differences(first, unfitted), find_differences(first, own)
    rows = {
        **_measure_rows(found),
        "box mAP50": (str(box_average_precision(found.first)), "", str(box_average_precision(found.own))),
        "region accuracy": (str(region_accuracy(found.first)), "", str(region_accuracy(found.own))),
        "difference of a probability to f32, largest": ("", f"{other.largest:.4f}", f"{mine.largest:.4f}"),
        "the same, mean": ("", f"{other.mean:.4f}", f"{mine.mean:.4f}"),
        "images with another statement than in f32": ("", str(other.changed), str(mine.changed)),
        "images with another region": ("", "", str(_count_regions(found))),
    }
    foreign = f"{found.precision} with the numbers of f32"
    head = f"| {len(found.own)} images | f32 | {foreign} | `{found.name}` |"
    table = [head, "|---|---|---|---|", *(f"| {name} | {' | '.join(cells)} |" for name, cells in rows.items())]
    told = [_tell_changes(f"`{found.name}`", mine), _tell_changes(foreign, other)]
    return "\n".join([*table, "", *told, ""])


def _measure_rows(found: Revalidated) -> dict[str, tuple[str, str, str]]:
    labels = np.array([each.fractured for each in found.own])
    first, own = measure_fracture(found.first), measure_fracture(found.own)
    unfitted = np.array([each.probability for each in found.unfitted])
    return {
        name.replace("_", " "): (str(first[name]), str(bootstrap(measure, labels, unfitted)), str(own[name]))
        for name, measure in FRACTURE_MEASURES.items()
    }


def _say(examples: Sequence[ReadExample]) -> list[Said]:
    return [
        (each.probability, each.reading.fracture.state.value if each.reading.fracture else NOT_READ)
        for each in examples
    ]


def _count_regions(found: Revalidated) -> int:
    labels = [[each.reading.region and each.reading.region.label for each in said] for said in (found.first, found.own)]
    return sum(old != new for old, new in zip(*labels, strict=True))


def _tell_changes(name: str, differences: Differences) -> str:
    told = ", ".join(f"{change}: {number}" for change, number in differences.statements.most_common())
    return f"Statements that changed from f32 to {name}: {told or 'none'}."


def _probabilities(said: Sequence[Said]) -> npt.NDArray[np.float64]:
    return np.array([probability for probability, _ in said])
