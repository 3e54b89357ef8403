"""Images as a test wants them to be like, and what is compared with them."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np

from dicom_node.measure_ports import EVERY_REGION, Baseline, Origin, SentImages
from domain.image_measures import ImageMeasures
from inference.training.input_file import write_input_reference
from inference.zoo import BUNDLED, MANIFESTS

ROOM1 = Origin("OSTEONODE", "ROOM1", "hand")


class FakeSentMeasures:
    """Implements SentMeasures.

    Args:
        kept: measured in this order, at `measured_at`, by one set of models; empty: by any.
    """

    def __init__(self, *kept: SentImages, model_set: str = "", measured_at: datetime | None = None) -> None:
        self.kept, self.model_set, self.measured_at = list(kept), model_set, measured_at
        self.learned: dict[Origin, Baseline] = {}

    def sent_since(self, model_set: str, since: datetime, *, limit: int = 20_000) -> Sequence[SentImages]:
        """Return what was put in."""
        late = self.measured_at is None or self.measured_at >= since
        return self.kept if late and limit and self.model_set in ("", model_set) else []

    def first_of(self, model_set: str, origin: Origin, since: datetime | None, images: int) -> Sequence[SentImages]:
        """Return the first of what was put in."""
        is_asked = self.model_set in ("", model_set)
        late = since is None or self.measured_at is None or self.measured_at >= since
        if not is_asked or not late:
            return []
        mine = [each for each in self.kept if origin in (each.origin, replace(each.origin, region=EVERY_REGION))]
        return [SentImages(each.origin, each.images[:images]) for each in mine]

    def baselines(self) -> Sequence[Baseline]:
        """Return what was learned."""
        return list(self.learned.values())

    def keep_baseline(self, baseline: Baseline) -> None:
        """Keep the first one."""
        known = self.learned.get(baseline.origin)
        if known is None or not known.images:
            self.learned[baseline.origin] = baseline

    def learn_anew(self, calling_ae_title: str, now: datetime) -> int:
        """Await images of a sender."""
        mine = [origin for origin in self.learned if origin.calling_ae_title == calling_ae_title]
        for origin in mine:
            self.learned[origin] = replace(self.learned[origin], images=0, content={}, learned_at=now)
        return len(mine)


def draw_images(images: int, seed: int, **changes: float) -> list[ImageMeasures]:
    """Return so many images of one detector; a change is added to the measure of that name."""
    random = np.random.default_rng(seed)
    drawn = {
        "matrix_px": random.choice([2304.0, 2880.0], size=images, p=[0.3, 0.7]),
        "field_mm": random.choice([240.0, 300.0, 430.0], size=images),
        "inverted": (random.random(images) < 0.1).astype(float),
        "contrast": random.normal(0.7, 0.08, images).round(3),
        "brightness": random.beta(2, 8, images).round(3),
        "entropy_bits": random.normal(3.4, 0.4, images).round(2),
        "clipped": random.gamma(2, 0.01, images).round(4),
        "sharpness": random.normal(-1.5, 0.2, images).round(3),
        "distance": random.gamma(9, 0.05, images).round(3),
    }
    moved = {name: values + changes.get(name, 0.0) for name, values in drawn.items()}
    rows = zip(*(values.tolist() for values in moved.values()), strict=True)
    return [ImageMeasures(**dict(zip(moved, row, strict=True))) for row in rows]


def put_input_reference(folder: Path, images: Sequence[ImageMeasures], region: str = "hand") -> Path:
    """Put a manifest into a folder with the reference of such images."""
    shutil.copyfile(BUNDLED / MANIFESTS["f32"], folder / MANIFESTS["f32"])
    write_input_reference(folder, [(region, each) for each in images], data="drawn")
    return folder
