"""Images divided by use, so that no patient stands in two parts."""

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from inference.training.datasets.labelled import LabelledImage, Splits

#: Training, validation and test, as the first of the recipes divide.
SHARES = (0.72, 0.18, 0.10)

#: What authors call the parts, as positions in Splits.
PUBLISHED_NAMES = {"train": 0, "valid": 1, "val": 1, "test": 2}


@dataclass(frozen=True, slots=True)
class _Patient:
    name: str
    images: tuple[LabelledImage, ...]

    @property
    def stratum(self) -> tuple[str, ...]:
        """What the parts shall have alike: type of fracture, whether anything is abnormal, regions."""
        types = sorted({str(image.fracture_type) for image in self.images})
        abnormal = sorted({str(image.abnormal) for image in self.images})[-1]
        regions = sorted({region for image in self.images for region in image.regions})
        return "+".join(types), abnormal, "+".join(regions)


def split_by_patient(
    images: Iterable[LabelledImage], shares: tuple[float, float, float] = SHARES, *, seed: int = 0
) -> Splits:
    """Divide images by patient into training, validation and test.

    The patients are put in the order of their strata, and at random within each; one after the other goes to the part
    that lacks most of its share so far. So each part has at most 2/3 of the largest patient's images above its share
    and 4/3 below it, of the whole, and twice that of each stratum. The same seed gives the same division, in
    whatever order and from whatever folder the images come.

    Raises:
        ValueError: the shares are negative, have no training part or do not add up to 1; or there is no image.
    """
    if min(shares) < 0 or shares[0] == 0 or not math.isclose(sum(shares), 1.0, abs_tol=1e-9):
        raise ValueError(f"the shares of training, validation and test add up to 1 and none is negative, not {shares}")
    patients = _group(images)
    if not patients:
        raise ValueError("there is no image to divide")
    patients.sort(key=lambda patient: (patient.stratum, _shuffle_key(seed, patient.name)))
    parts: tuple[list[LabelledImage], ...] = ([], [], [])
    seen = 0
    for patient in patients:
        seen += len(patient.images)
        lacks = [share * seen - len(part) for share, part in zip(shares, parts, strict=True)]
        parts[lacks.index(max(lacks))].extend(patient.images)
    return _to_splits(parts)


def take_published(images: Iterable[LabelledImage], *, validation_share: float = 0.2, seed: int = 0) -> Splits:
    """Divide images as their authors did; images without a published part are in none.

    Authors who publish no validation part lose `validation_share` of their training part to it, by patient. A patient
    whom authors left in two parts stays only in the later one, so that their test stays whole.

    Raises:
        ValueError: the authors published no split, or one with a name that is not known here.
    """
    parts: tuple[list[LabelledImage], ...] = ([], [], [])
    for image in images:
        if image.split is not None:
            parts[_position(image.split)].append(image)
    if not any(parts):
        raise ValueError("the authors of this dataset publish no split; divide it by patient instead")
    training, validation, test = parts
    validation = _without(validation, test)
    training = _without(training, [*validation, *test])
    if training and not validation:
        carved = split_by_patient(training, (1 - validation_share, validation_share, 0.0), seed=seed)
        return _to_splits((carved.training, carved.validation, test))
    return _to_splits((training, validation, test))


def _position(name: str) -> int:
    if name not in PUBLISHED_NAMES:
        raise ValueError(f"a published split is one of {', '.join(PUBLISHED_NAMES)}, not {name!r}")
    return PUBLISHED_NAMES[name]


def _without(images: Iterable[LabelledImage], others: Iterable[LabelledImage]) -> list[LabelledImage]:
    taken = {image.patient for image in others}
    return [image for image in images if image.patient not in taken]


def _group(images: Iterable[LabelledImage]) -> list[_Patient]:
    by_name: dict[str, list[LabelledImage]] = {}
    for image in images:
        by_name.setdefault(image.patient, []).append(image)
    return [_Patient(name, tuple(group)) for name, group in by_name.items()]


def _shuffle_key(seed: int, patient: str) -> str:
    # Not a random generator's order: that would depend on how many patients there are.
    return hashlib.sha256(f"{seed}/{patient}".encode()).hexdigest()


def _to_splits(parts: Iterable[Sequence[LabelledImage]]) -> Splits:
    def key(image: LabelledImage) -> tuple[str, str, str]:
        return image.patient, image.study, image.path.as_posix()

    training, validation, test = (tuple(sorted(part, key=key)) for part in parts)
    return Splits(training, validation, test)
