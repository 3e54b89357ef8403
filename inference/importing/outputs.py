"""Outputs by what they are, never by where they stand: converters reorder them.

An output is told by its shape, and by its name where two have one shape. What a task wants and a model says otherwise
(logits instead of probabilities, two columns instead of one, channels last) becomes a chain of steps.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from domain.errors import ModelError
from inference.zoo.manifest import FRACTURE, Task

Shape = tuple[int | None, ...]
#: What the last operation makes of its input; None where it is neither of these.
Ending = Literal["sigmoid", "softmax", "linear"]
Scores = Literal["probability", "logit"]


@dataclass(frozen=True, slots=True)
class RawOutput:
    """One output as a model has it: name, shape with None where it is free, and how it ends."""

    name: str
    shape: Shape
    ending: Ending | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One change to an output; `column` takes the column `index`."""

    kind: Literal["as_column", "column", "channels_first", "sigmoid", "softmax", "complement", "negate"]
    index: int = 0


@dataclass(frozen=True, slots=True)
class Head:
    """How one output of a model becomes one that a task knows."""

    raw: str
    name: str
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Meaning:
    """What is known of the outputs beside their shapes.

    Attributes:
        classes: in the order of the columns. Where one column speaks of fractures: what its values near 0 and near 1
            mean, or `fracture` alone.
        scores: whether columns are probabilities or logits.
    """

    task: Task
    classes: tuple[str, ...]
    scores: Scores


Fits = Callable[[Shape], bool]

#: Tasks of one output with a column for each class.
_COLUMNS: Mapping[Task, str] = {"region": "region", "types": "type", "multilabel": "labels"}


def plan_heads(outputs: Sequence[RawOutput], meaning: Meaning) -> tuple[Head, ...]:
    """Return how the outputs of a model become those of its task.

    Raises:
        ModelError: an output is missing, or two could be it, or one is left over.
    """
    wanted = _wanted(meaning, outputs)
    found = {name: _find(name, fits, outputs) for name, fits in wanted.items()}
    taken = {name: output for name, output in found.items() if output is not None}
    if not _is_enough(frozenset(taken), meaning.task):
        raise ModelError(
            f"a {meaning.task} model with {_count(len(meaning.classes), 'class')} has an output "
            f"{_describe_wanted(meaning)}; this one has {describe(outputs)}"
        )
    spare = [output for output in outputs if output not in taken.values()]
    if spare:
        raise ModelError(
            f"{len(spare)} of {len(outputs)} outputs belong to nothing that a {meaning.task} model says: "
            f"{describe(spare)}. Export the model again with the others alone"
        )
    return tuple(_head(name, output, meaning) for name, output in taken.items())


def describe(outputs: Sequence[RawOutput]) -> str:
    """Return outputs for a person, the first few of many: `prob (N, 1), map (N, 7, 7, 1)`."""
    told = ", ".join(f"{each.name} {_describe_shape(each.shape)}" for each in outputs[:4])
    return told + (f" and {len(outputs) - 4} more" if len(outputs) > 4 else "") if outputs else "none"


def _describe_shape(shape: Shape) -> str:
    return f"({', '.join('N' if side is None else str(side) for side in shape)})"


def columns_of(output: RawOutput) -> int | None:
    """Return the number of columns of an output (N, columns), 1 for one of (N,), None for any other."""
    if len(output.shape) == 1:
        return 1
    return output.shape[1] if len(output.shape) == 2 else None


def _wanted(meaning: Meaning, outputs: Sequence[RawOutput]) -> dict[str, Fits]:
    number = len(meaning.classes)
    if meaning.task in _COLUMNS:
        return {_COLUMNS[meaning.task]: _has_columns(number)}
    if meaning.task == "fracture":
        # Of two columns one is taken, which is a probability only after the softmax over both.
        is_logit = meaning.scores == "logit" and all(columns_of(output) != 2 for output in outputs)
        name = "fracture_logit" if is_logit else "fracture_probability"
        return {name: _has_columns(1, number), "fracture_map": _is_map(1)}
    return {"yolo": _is_yolo(number), "centres": _is_map(1), "distances": _is_map(4)}


def _has_columns(*numbers: int) -> Fits:
    return lambda shape: (len(shape) == 1 and 1 in numbers) or (len(shape) == 2 and shape[1] in numbers)


def _is_map(planes: int) -> Fits:
    return lambda shape: len(shape) == 4 and planes in (shape[1], shape[3])


def _is_yolo(classes: int) -> Fits:
    return lambda shape: len(shape) == 3 and shape[1] == 4 + classes


def _find(name: str, fits: Fits, outputs: Sequence[RawOutput]) -> RawOutput | None:
    candidates = [output for output in outputs if fits(output.shape)]
    named = [output for output in candidates if output.name == name]
    if len(named or candidates) > 1:
        raise ModelError(
            f"which output is {name!r}? It could be any of {describe(candidates)}. Export the model again with the "
            f"right one alone, or named {name!r}"
        )
    return next(iter(named or candidates), None)


def _is_enough(names: frozenset[str], task: Task) -> bool:
    if task == "detector":
        return names in (frozenset({"yolo"}), frozenset({"centres", "distances"}))
    return bool(names - {"fracture_map"})


def _describe_wanted(meaning: Meaning) -> str:
    number = len(meaning.classes)
    if meaning.task in _COLUMNS:
        return f"(N, {number}): a column for each class"
    if meaning.task == "fracture":
        return f"(N, 1){' or (N, 2)' if number == 2 else ''}, and perhaps a map (N, 1, h, w)"
    return f"(N, {4 + number}, places) as YOLO has, or centres (N, 1, c, c) and distances (N, 4, c, c)"


def _head(name: str, output: RawOutput, meaning: Meaning) -> Head:
    if len(output.shape) == 3:
        return Head(output.name, name)
    if len(output.shape) == 4:
        planes = 4 if name == "distances" else 1
        is_last = output.shape[1] != planes
        return Head(output.name, name, (Step("channels_first"),) if is_last else ())
    steps = (Step("as_column"),) if len(output.shape) == 1 else ()
    chain = _fracture_steps(output, meaning) if meaning.task == "fracture" else _class_steps(meaning)
    return Head(output.name, name, steps + chain)


def _class_steps(meaning: Meaning) -> tuple[Step, ...]:
    if meaning.scores == "probability":
        return ()
    return (Step("sigmoid" if meaning.task == "multilabel" else "softmax"),)


def _fracture_steps(output: RawOutput, meaning: Meaning) -> tuple[Step, ...]:
    if columns_of(output) == 2:
        made = (Step("softmax"),) if meaning.scores == "logit" else ()
        return (*made, Step("column", meaning.classes.index(FRACTURE)))
    if meaning.classes[-1] == FRACTURE:
        return ()
    return (Step("negate" if meaning.scores == "logit" else "complement"),)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun if number == 1 else noun + 'es'}"
