"""What a bundle says of its models: a model is a manifest entry, and nothing is read past what stands here.

Numbers of a manifest are those that the weights were validated with; an unknown key is an error.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints, model_validator

#: A file beside the manifest: a plain name, so that no entry can point out of the bundle.
FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\.(xml|bin)$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{0,63}$")]
Probability = Annotated[float, Field(ge=0, le=1)]
Task = Literal["region", "fracture"]
Flip = Literal["none", "horizontal"]
Step = Literal["stretch_contrast", "darken_border", "letterbox"]

#: The outputs that a task needs, by name: converters reorder outputs, so an index says nothing.
OUTPUTS: Mapping[Task, tuple[str, ...]] = {"region": ("region",), "fracture": ("fracture_logit", "fracture_map")}


class Entry(BaseModel):
    """A table of the manifest."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class InputContract(Entry):
    """The tensor a model takes: float32 (N, channels, side_px, side_px)."""

    name: str
    side_px: int = Field(ge=32, le=4096)
    range: Literal["0..1"]
    channels: Literal[1]
    preprocess: tuple[Step, ...]
    flips: tuple[Flip, ...] = ("none",)

    @model_validator(mode="after")
    def _is_one_canvas(self) -> Self:
        if self.preprocess[-1:] != ("letterbox",) or self.preprocess.count("letterbox") != 1:
            raise ValueError("preprocess ends with its one letterbox")
        if self.flips[:1] != ("none",) or len(set(self.flips)) != len(self.flips):
            raise ValueError("flips start with none and name nothing twice")
        return self


class Platt(Entry):
    """Platt scaling: probability = sigmoid(slope * logit + intercept) (Platt 1999)."""

    kind: Literal["platt"]
    slope: float = Field(gt=0)
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
    """One member of the ensemble."""

    name: Name
    version: Annotated[str, StringConstraints(min_length=1, max_length=32)]
    task: Task
    files: dict[FileName, Sha256]
    input: InputContract
    outputs: dict[str, JsonValue]
    classes: tuple[str, ...] = Field(min_length=1)
    calibration: Platt | None = None
    map_calibration: Platt | None = None
    operating_points: OperatingPoints | None = None
    minimum_probability: Probability | None = None
    data: JsonValue
    licence: str
    metrics: dict[str, JsonValue]

    @model_validator(mode="after")
    def _has_what_its_task_needs(self) -> Self:
        needed = {"region": ("minimum_probability",), "fracture": ("calibration", "operating_points")}[self.task]
        missing = [key for key in needed if getattr(self, key) is None]
        missing += [f"outputs.{name}" for name in OUTPUTS[self.task] if name not in self.outputs]
        if missing:
            raise ValueError(f"a {self.task} model needs {', '.join(missing)}")
        if {name.rsplit(".", 1)[1] for name in self.files} != {"xml", "bin"} or len(self.files) != 2:
            raise ValueError("files are one .xml and one .bin")
        return self

    def file_name(self, suffix: Literal["xml", "bin"]) -> str:
        """Return the name of the graph (xml) or of the weights (bin)."""
        return next(name for name in self.files if name.endswith(f".{suffix}"))

    @property
    def weights_sha256(self) -> str:
        """Digest of the weights, as it stands in the scores of members."""
        return self.files[self.file_name("bin")]


class Manifest(Entry):
    """A bundle: the models that read one image together."""

    format: Literal[1] = Field(alias="schema")
    bundle: Name
    models: tuple[Model, ...]

    @model_validator(mode="after")
    def _can_read_an_image(self) -> Self:
        names = [model.name for model in self.models]
        if len(names) != len(set(names)):
            raise ValueError("two models have the same name")
        if not (self.members("region") and self.members("fracture")):
            raise ValueError("a bundle has a region model and a fracture model")
        return self

    def members(self, task: Task) -> tuple[Model, ...]:
        """Return the models of one task, in the order of the manifest."""
        return tuple(model for model in self.models if model.task == task)
