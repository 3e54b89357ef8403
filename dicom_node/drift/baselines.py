"""What the first images of each sender are like, learned once there are enough of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dicom_node.drift.inputs import Learned
from dicom_node.measure_ports import EVERY_REGION, Baseline, Origin, SentImages, SentMeasures
from inference.binning import bin_measures
from inference.zoo.distribution import Distribution

_REGIONS, _MEASURES = "regions", "measures"
#: Measured by a model: what another set of models measured is another number.
_OF_MODELS = ("distance",)


class Baselines:
    """Gives what was learned of origins, and learns it.

    Args:
        wanted: images that are learned of an origin.
    """

    def __init__(self, book: SentMeasures, model_set: str, wanted: int) -> None:
        self._book, self._model_set, self._wanted = book, model_set, wanted
        self._known = {each.origin: each for each in book.baselines()}

    def find(self, origin: Origin, now: datetime) -> Learned:
        """Return what was learned of an origin; learn it where enough images came by now.

        Raises:
            LedgerError: the store failed.
        """
        known = self._known.get(origin)
        if known is not None and known.images:
            return self._read(known)
        since = known.learned_at if known is not None else None
        first = self._book.first_of(self._model_set, origin, since, self._wanted)
        found = sum(len(each.images) for each in first)
        if found < self._wanted:
            return Learned(found=found, wanted=self._wanted)
        learned = Baseline(origin, self._model_set, found, _write(origin, first), now)
        self._book.keep_baseline(learned)
        return self._read(learned)

    def _read(self, baseline: Baseline) -> Learned:
        said: Mapping[str, Any] = baseline.content
        stale = _OF_MODELS if baseline.model_set != self._model_set else ()
        measures = {name: each for name, each in said.get(_MEASURES, {}).items() if name not in stale}
        distributions = {name: Distribution.model_validate(each) for name, each in measures.items()}
        images = baseline.images
        return Learned(images, images, images, distributions, said.get(_REGIONS, {}))


def _write(origin: Origin, first: Sequence[SentImages]) -> dict[str, Any]:
    if origin.region == EVERY_REGION:
        return {_REGIONS: dict(count_regions(first))}
    images = [image for each in first for image in each.images]
    return {_MEASURES: {name: each.model_dump(mode="json") for name, each in bin_measures(images).items()}}


def count_regions(sent: Sequence[SentImages]) -> Counter[str]:
    """Return how many images there are of each region."""
    counts: Counter[str] = Counter()
    for each in sent:
        counts[each.origin.region] += len(each.images)
    return counts
