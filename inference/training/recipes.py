"""The recipes of the shipped weights, as data."""

from dataclasses import dataclass, field, replace
from typing import Literal

from inference.training.augmentation import AugmentationRanges
from inference.training.backbones import BackboneName

Task = Literal["fracture", "region", "detector"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides what weights come out, but the data and the library versions.

    Attributes:
        phantoms, negatives: how many are drawn among the radiographs; negatives show no region at all.
        positives_share: share of fractured images in an epoch; FracAtlas itself has 0.17.
        trunk_rate, head_rate: AdamW learning rates at their peak; cosine down to 1 % after a short rise.
        map_weight, edge_weight: of the loss of a fracture map, and of the edges of a detector's boxes.
        averaging: decay of the moving average of the weights, which is what ships.
        averaged_with: recipes of the same network; what ships is the mean of the weights of all (Wortsman et al. 2022,
            arXiv:2203.05482).
    """

    name: str
    task: Task
    backbone: BackboneName
    side_px: int
    epochs: int
    images_per_epoch: int
    batch: int
    positives_share: float
    trunk_rate: float
    head_rate: float
    frozen_blocks: int
    phantoms: int
    seed: int
    negatives: int = 0
    map_weight: float = 1.0
    edge_weight: float = 1.0
    weight_decay: float = 0.02
    averaging: float = 0.998
    label_smoothing: float = 0.02
    flips: tuple[str, ...] = ("none", "horizontal")
    averaged_with: tuple[str, ...] = ()
    ranges: AugmentationRanges = field(default_factory=AugmentationRanges)


FRACTURE = Recipe(
    name="fracatlas-mobilenetv2-fracture",
    task="fracture",
    backbone="mobilenetv2",
    side_px=448,
    epochs=10,
    images_per_epoch=2400,
    batch=16,
    positives_share=0.35,
    trunk_rate=2e-4,
    head_rate=1e-3,
    frozen_blocks=4,
    phantoms=400,
    seed=20261120,
)

REGION = Recipe(
    name="fracatlas-mobilenetv2-region",
    task="region",
    backbone="mobilenetv2",
    side_px=256,
    epochs=5,
    images_per_epoch=3000,
    batch=32,
    positives_share=0.17,
    trunk_rate=1e-4,
    head_rate=2e-3,
    frozen_blocks=6,
    phantoms=400,
    seed=20261121,
    negatives=1200,
    map_weight=0.0,
)

FIRST_COURSE = Recipe(
    name="fracatlas-efficientnetlite0-first-course",
    task="detector",
    backbone="efficientnetlite0",
    side_px=512,
    epochs=12,
    images_per_epoch=2000,
    batch=16,
    positives_share=0.45,
    trunk_rate=3e-4,
    head_rate=1.5e-3,
    frozen_blocks=3,
    phantoms=400,
    seed=20261122,
    ranges=AugmentationRanges(rotation=10.0, shear=3.0, scale=(0.8, 1.3), shift=0.1),
)

#: Goes on from the whole network of the first course. Boxes were still getting better when that one ended: on the
#: training images they fitted no better than on those of validation.
SECOND_COURSE = replace(
    FIRST_COURSE,
    name="fracatlas-efficientnetlite0-second-course",
    positives_share=0.5,
    trunk_rate=2.5e-4,
    head_rate=1e-3,
    weight_decay=0.05,
    edge_weight=2.0,
    averaging=0.999,
    seed=20261222,
    ranges=AugmentationRanges(rotation=12.0, shear=3.0, scale=(0.75, 1.4), shift=0.1),
)

#: Goes on from the second. Boxes got better in each course and the statement a little worse; their mean has both.
DETECTOR = replace(
    SECOND_COURSE,
    name="fracatlas-efficientnetlite0-detector",
    epochs=8,
    positives_share=0.45,
    trunk_rate=2e-4,
    head_rate=8e-4,
    seed=20261322,
    averaged_with=(FIRST_COURSE.name, SECOND_COURSE.name),
)

#: Starts from the trunk of the fracture recipe's own weights.
MOBILE_FIRST_COURSE = Recipe(
    name="fracatlas-mobilenetv2-first-course",
    task="detector",
    backbone="mobilenetv2",
    side_px=448,
    epochs=11,
    images_per_epoch=2000,
    batch=16,
    positives_share=0.45,
    trunk_rate=2e-4,
    head_rate=1.5e-3,
    frozen_blocks=3,
    phantoms=400,
    seed=20261123,
    ranges=AugmentationRanges(rotation=8.0, shear=3.0, scale=(0.8, 1.4), shift=0.1),
)

SECOND_DETECTOR = replace(
    MOBILE_FIRST_COURSE,
    name="fracatlas-mobilenetv2-detector",
    positives_share=SECOND_COURSE.positives_share,
    trunk_rate=SECOND_COURSE.trunk_rate,
    head_rate=SECOND_COURSE.head_rate,
    weight_decay=SECOND_COURSE.weight_decay,
    edge_weight=SECOND_COURSE.edge_weight,
    averaging=SECOND_COURSE.averaging,
    seed=20261223,
    ranges=SECOND_COURSE.ranges,
)

RECIPES = {
    recipe.name: recipe
    for recipe in (
        FRACTURE,
        REGION,
        FIRST_COURSE,
        SECOND_COURSE,
        DETECTOR,
        MOBILE_FIRST_COURSE,
        SECOND_DETECTOR,
    )
}
#: The recipes whose weights ship, in the order in which members are asked. The fracture network is where the second
#: detector starts from; beside both detectors it added nothing (docs/evaluation.md).
BUNDLE = (REGION, DETECTOR, SECOND_DETECTOR)
