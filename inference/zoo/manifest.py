"""What a bundle says of its models: a model is a manifest entry, and nothing is read past what stands here.

Numbers of a manifest are those that the weights were validated with; an unknown key is an error.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints, model_validator

#: A file beside the manifest: a plain name, so that no entry can point out of the bundle.
FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\.(xml|bin|keras|pt|txt)$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{0,63}$")]
Probability = Annotated[float, Field(ge=0, le=1)]
Task = Literal["region", "fracture", "detector", "types", "multilabel"]
BackendName = Literal["openvino", "keras", "ultralytics", "lightgbm"]
Flip = Literal["none", "horizontal"]
#: What a processor computes in; in "int8" trunks are in eight bits, and all else is in bfloat16.
Precision = Literal["f32", "bf16", "int8"]
#: Steps that keep an image's shape, and those that end a chain with a canvas.
Tone = Literal["stretch_contrast", "darken_border", "clahe", "gaussian"]
Fit = Literal["letterbox", "stretch"]
Range = Literal["0..1", "-1..1", "0..255", "imagenet-caffe", "imagenet-torch"]

#: The outputs that a task needs, by name: converters reorder outputs, so an index says nothing. One line each will do.
OUTPUTS: Mapping[Task, tuple[frozenset[str], ...]] = {
    "region": (frozenset({"region"}),),
    "fracture": (frozenset({"fracture_logit"}), frozenset({"fracture_probability"})),
    "detector": (frozenset({"centres", "distances"}), frozenset({"yolo"})),
    "types": (frozenset({"type"}),),
    "multilabel": (frozenset({"labels"}),),
}
#: What a task may say besides.
OPTIONAL: Mapping[Task, frozenset[str]] = {
    "region": frozenset({"distance"}),
    "fracture": frozenset({"fracture_map"}),
    "detector": frozenset({"fracture_logit"}),
    "multilabel": frozenset({"fracture_map"}),
}
#: The kinds of file that a backend needs, each once.
FILES: Mapping[BackendName, frozenset[str]] = {
    "openvino": frozenset({"xml", "bin"}),
    "keras": frozenset({"keras"}),
    "ultralytics": frozenset({"pt"}),
    "lightgbm": frozenset({"xml", "bin", "txt"}),
}
#: The class of a detector that speaks of fractures.
FRACTURE = "fracture"
#: The class of a multi-label model that speaks of fractures; its others are regions.
ABNORMAL = "abnormal"
#: Key of the operating points for regions that have none of their own.
ANY_REGION = "any"


class Entry(BaseModel):
    """A table of the manifest."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class InputContract(Entry):
    """The tensor a model takes: float32 (N, channels, side_px, side_px), or with channels last where `layout` says so.

    A grey value is the same in every channel; only `imagenet-*` ranges then shift each channel by its own mean, in
    `channel_order`.
    """

    name: str
    side_px: int = Field(ge=32, le=4096)
    range: Range = "0..1"
    channels: Literal[1, 3] = 1
    layout: Literal["nchw", "nhwc"] = "nchw"
    channel_order: Literal["rgb", "bgr"] = "rgb"
    preprocess: tuple[Tone | Fit, ...] = Field(min_length=1)
    flips: tuple[Flip, ...] = ("none",)

    @model_validator(mode="after")
    def _is_one_canvas(self) -> Self:
        fits = [step for step in self.preprocess if step in ("letterbox", "stretch")]
        if len(fits) != 1 or self.preprocess[-1] != fits[0]:
            raise ValueError("preprocess ends with its one letterbox or stretch")
        if self.flips[:1] != ("none",) or len(set(self.flips)) != len(self.flips):
            raise ValueError("flips start with none and name nothing twice")
        if self.range.startswith("imagenet") and self.channels != 3:
            raise ValueError("an imagenet range needs three channels")
        return self

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Shape of the batch of one image: one entry a flip."""
        side = self.side_px
        flips = len(self.flips)
        return (flips, self.channels, side, side) if self.layout == "nchw" else (flips, side, side, self.channels)


class Platt(Entry):
    """Platt scaling: probability = sigmoid(slope * logit + intercept) (Platt 1999)."""

    kind: Literal["platt"]
    slope: float = Field(gt=0)
    intercept: float


class BoxCalibration(Entry):
    """How sure a box is: sigmoid(slope * its own logit + image_slope * the fused logit of its image + intercept)."""

    kind: Literal["logistic"]
    slope: float = Field(gt=0)
    image_slope: float = Field(ge=0)
    intercept: float


class OperatingPoints(Entry):
    """The calibrated probabilities from which a fracture is in doubt, and from which it is present."""

    doubt_from: Probability
    present_from: Probability

    @model_validator(mode="after")
    def _are_in_order(self) -> Self:
        if self.doubt_from > self.present_from:
            raise ValueError("doubt_from is not above present_from")
        return self


class Model(Entry):
    """One member of the ensemble.

    Attributes:
        minimum_probability, maximum_distance: an image is one of a region model's own from this probability of its
            region, and up to this distance from the radiographs that the model was trained on.
        regions: a specialist runs only where the recognised region is one of these; empty for all.
        precision: what the runtime computes in; another precision is another version with its own numbers.
        metrics: measured; `{"validated": false}` for a model that somebody brought.
    """

    name: Name
    version: Annotated[str, StringConstraints(min_length=1, max_length=32)]
    task: Task
    backend: BackendName = "openvino"
    precision: Precision = "f32"
    files: dict[FileName, Sha256]
    regions: tuple[str, ...] = ()
    input: InputContract
    outputs: dict[str, JsonValue]
    classes: tuple[str, ...] = Field(min_length=1)
    calibration: Platt | None = None
    box_calibration: BoxCalibration | None = None
    operating_points: OperatingPoints | None = None
    minimum_probability: Probability | None = None
    maximum_distance: float | None = Field(default=None, gt=0)
    data: JsonValue
    licence: str
    metrics: dict[str, JsonValue]

    @model_validator(mode="after")
    def _has_what_its_task_needs(self) -> Self:
        needed = {"region": ("minimum_probability",), "fracture": ("operating_points",)}.get(self.task, ())
        missing = [key for key in needed if getattr(self, key) is None]
        if missing:
            raise ValueError(f"a {self.task} model needs {', '.join(missing)}")
        said = frozenset(self.outputs)
        if not any(needed <= said <= needed | OPTIONAL.get(self.task, frozenset()) for needed in OUTPUTS[self.task]):
            raise ValueError(f"a {self.task} model has the outputs {' or '.join(map(_join, OUTPUTS[self.task]))}")
        if sorted(name.rsplit(".", 1)[1] for name in self.files) != sorted(FILES[self.backend]):
            raise ValueError(f"files are one of each for {self.backend}: {_join(FILES[self.backend])}")
        if self.maximum_distance is not None and "distance" not in said:
            raise ValueError("maximum_distance needs an output distance")
        if self.task == "multilabel" and ABNORMAL not in self.classes:
            raise ValueError(f"a multilabel model has a class {ABNORMAL!r}")
        return self

    def file_name(self, suffix: str) -> str:
        """Return the name of the one file of a kind: the graph is xml, its weights bin."""
        return next(name for name in self.files if name.endswith(f".{suffix}"))

    @property
    def weights_sha256(self) -> str:
        """Digest of the weights, as it stands in the scores of members."""
        kind = {"openvino": "bin", "keras": "keras", "ultralytics": "pt", "lightgbm": "txt"}[self.backend]
        return self.files[self.file_name(kind)]

    @property
    def speaks_of_fractures(self) -> bool:
        """Whether it has a say in the statement about the whole image."""
        if self.task == "detector":
            return "fracture_logit" in self.outputs or FRACTURE in self.classes
        return self.task in ("fracture", "multilabel")


class Fusion(Entry):
    """How members become one probability: sigmoid(sum of weight * calibrated logit + intercept).

    Attributes:
        weights: of every member that speaks of fractures, by name; where one is silent the others take its share.
        operating_points: by region; `any` for the others.
        choice: the rules that were tried, and what each gave.
    """

    weights: dict[Name, Annotated[float, Field(ge=0)]] = Field(min_length=1)
    intercept: float
    operating_points: dict[str, OperatingPoints]
    choice: JsonValue = None

    @model_validator(mode="after")
    def _speaks_of_every_region(self) -> Self:
        if ANY_REGION not in self.operating_points:
            raise ValueError(f"operating_points has no {ANY_REGION!r}")
        if not sum(self.weights.values()) > 0:
            raise ValueError("a member has a weight above 0")
        return self


class Manifest(Entry):
    """A bundle: the models that read one image together."""

    format: Literal[2] = Field(alias="schema")
    bundle: Name
    models: tuple[Model, ...]
    fusion: Fusion | None = None

    @model_validator(mode="after")
    def _can_read_an_image(self) -> Self:
        names = [model.name for model in self.models]
        if len(names) != len(set(names)):
            raise ValueError("two models have the same name")
        speaking = {model.name for model in self.models if model.speaks_of_fractures}
        if not (self.members("region") or self.members("multilabel")) or not speaking:
            raise ValueError("a bundle has a model for the region and one that speaks of fractures")
        if self.fusion is not None and set(self.fusion.weights) != speaking:
            raise ValueError(f"fusion.weights names every member that speaks of fractures: {_join(speaking)}")
        return self

    def members(self, task: Task) -> tuple[Model, ...]:
        """Return the models of one task, in the order of the manifest."""
        return tuple(model for model in self.models if model.task == task)


def _join(names: frozenset[str] | set[str]) -> str:
    return ", ".join(sorted(names))
