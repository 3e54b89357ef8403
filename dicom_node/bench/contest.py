"""Who is compared in `bench read --against seeds`: networks, and the ways to run them.

The networks are those that fracture classifiers on the web are served with, at their sizes. Their weights are random,
which changes no duration.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from inference.zoo import Precision

Engine = Literal["keras", "keras-singly", "ultralytics", "openvino", "openvino-requests"]
#: What a network ends in: one sigmoid, or what our detectors end in.
Heads = Literal["classifier", "detector"]


@dataclass(frozen=True, slots=True)
class Network:
    """A network of random weights.

    Attributes:
        backbone: a class of `keras.applications`, or "EfficientNetLite0", or "yolov8n".
        side_px: of its square input.
        copies: of one image that it takes as one batch: its flips.
        member: of a bundle, whose stand-in it is.
    """

    backbone: str
    side_px: int
    copies: int = 1
    member: str = ""
    heads: Heads = "classifier"

    @property
    def is_yolo(self) -> bool:
        """Whether ultralytics serves it, and not Keras."""
        return self.backbone.startswith("yolo")

    @property
    def name(self) -> str:
        """Backbone and size, as it stands in a result."""
        kind = "-detector" if self.heads == "detector" else ""
        return f"{self.backbone}{kind}@{self.side_px}" + (f"x{self.copies}" if self.copies > 1 else "")


@dataclass(frozen=True, slots=True)
class Way:
    """A way to run networks, in a process of its own; `threads` is 0 where it has as many as all others."""

    name: str
    engine: Engine
    precision: Precision = "f32"
    threads: int = 0

    @property
    def is_ours(self) -> bool:
        """Whether it runs as the node runs its models."""
        return self.engine.startswith("openvino")


@dataclass(frozen=True, slots=True)
class Group:
    """Networks that read one image one after the other, and the ways to run them; the first is the baseline."""

    name: str
    networks: tuple[Network, ...]
    ways: tuple[Way, ...]

    def only(self, precisions: Collection[Precision]) -> "Group":
        """Return the group where the processor, or the bundle, has these precisions alone."""
        return Group(self.name, self.networks, tuple(way for way in self.ways if way.precision in precisions))


KERAS = Way("keras predict", "keras")
#: As fracture classifiers on the web are served: one image to a call, so each flip is another.
KERAS_SINGLY = Way("keras predict, a flip at a time", "keras-singly")
ULTRALYTICS = Way("ultralytics predict", "ultralytics")
ONE_BY_ONE = (
    Way("openvino f32", "openvino"),
    Way("openvino bf16", "openvino", "bf16"),
    Way("openvino int8", "openvino", "int8"),
)
#: The flips of an image one after the other, as with `reading.threads = 1`: what lies between layers takes half.
ON_ONE_THREAD = Way("openvino f32, one thread", "openvino", threads=1)
#: Two requests, each on a thread of its own.
BY_TWO = (
    Way("openvino f32, 2 images at a time", "openvino-requests"),
    Way("openvino bf16, 2 images at a time", "openvino-requests", "bf16"),
    Way("openvino int8, 2 images at a time", "openvino-requests", "int8"),
)

SEEDS = Group(
    "six seed classifiers",
    (
        Network("EfficientNetB1", 224),
        Network("ResNet50", 224),
        Network("VGG16", 224),
        Network("InceptionV3", 299),
        Network("EfficientNetB5", 456),
        Network("EfficientNetB6", 256),
    ),
    (KERAS, *ONE_BY_ONE, *BY_TWO),
)
YOLO = Group("seed detector", (Network("yolov8n", 640),), (ULTRALYTICS, *ONE_BY_ONE))
QUICK = Group(
    "two small classifiers", (Network("MobileNetV2", 96), Network("MobileNet", 96)), (KERAS, *ONE_BY_ONE, *BY_TWO)
)


def of_bundle(stand_ins: Sequence[Network]) -> Group:
    """Return the group of a bundle's members, each compared with its stand-in."""
    return Group("bundled ensemble", tuple(stand_ins), (KERAS_SINGLY, KERAS, *ONE_BY_ONE, ON_ONE_THREAD, *BY_TWO))
