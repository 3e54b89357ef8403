"""What an import must know of a model: each question with its option, what may be answered, and who answers it.

A file says some of it itself; the rest comes from options or, at a terminal, from a person. Nothing is guessed: a model
that is fed in a wrong range answers all the same.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from inference.importing.outputs import RawOutput, columns_of
from inference.zoo.manifest import ABNORMAL, FRACTURE, Fit, Range, Task, Tone

Said = Literal["option", "file", "answer", "default"]


@dataclass(frozen=True, slots=True)
class Found:
    """What a file says of itself.

    Attributes:
        kind: for a person: "Keras 3 model", "ONNX, opset 17".
        input_name: of its one input.
        layout: where the channels are.
        outputs: as the file has them.
        values: answers that it gives, by key of QUESTIONS, in the words of an option.
        fixed: keys of values that nobody can overrule: the network takes nothing else.
        notes: what a person should know.
    """

    kind: str
    input_name: str
    layout: Literal["nchw", "nhwc"]
    outputs: tuple[RawOutput, ...]
    values: Mapping[str, str] = field(default_factory=dict)
    fixed: frozenset[str] = frozenset({"side_px", "channels"})
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known when a question is asked: the file, and the answers so far."""

    found: Found
    settled: Mapping[str, Any]

    @property
    def task(self) -> Task | None:
        """The task, once it is answered."""
        return self.settled.get("task")

    @property
    def columns(self) -> int | None:
        """Columns of the output that speaks of the whole image; None where none or several do."""
        columns = [number for output in self.found.outputs if (number := columns_of(output)) is not None]
        return columns[0] if len(columns) == 1 else None

    @property
    def ending(self) -> str | None:
        """How the output that speaks of the whole image ends."""
        endings = [output.ending for output in self.found.outputs if columns_of(output) is not None]
        return endings[0] if len(endings) == 1 else None


Parse = Callable[[str, Facts], Any]


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to know.

    Attributes:
        key: its name; its option is `--key` with dashes.
        asks: what a person is asked.
        allowed: what may be answered.
        parse: text to value; raises ValueError with what is wrong.
        is_needed: whether this model needs it.
        default: taken where nobody answers; None where somebody must.
        suggestion: what the terminal offers.
    """

    key: str
    asks: str
    allowed: Callable[[Facts], str]
    parse: Parse
    is_needed: Callable[[Facts], bool]
    default: str | None = None
    suggestion: str | None = None

    @property
    def option(self) -> str:
        """The option of the command line."""
        return "--side" if self.key == "side_px" else f"--{self.key.replace('_', '-')}"


def _always(facts: Facts) -> bool:
    return True


def _for_tasks(*tasks: str) -> Callable[[Facts], bool]:
    return lambda facts: facts.task in tasks


def _says(text: str) -> Callable[[Facts], str]:
    return lambda facts: text


def _one_of(*values: str) -> Parse:
    def parse(text: str, facts: Facts) -> str:
        if text not in values:
            raise ValueError(f"{text!r} is none of {', '.join(values)}")
        return text

    return parse


def _whole(low: int, high: int) -> Parse:
    def parse(text: str, facts: Facts) -> int:
        if not text.isdigit() or not low <= int(text) <= high:
            raise ValueError(f"{text!r} is no whole number from {low} to {high}")
        return int(text)

    return parse


def _channels(text: str, facts: Facts) -> int:
    return int(_one_of("1", "3")(text, facts))


def _probability(text: str, facts: Facts) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise ValueError(f"{text!r} is no probability from 0 to 1")
    return value


def _weight(text: str, facts: Facts) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise ValueError(f"{text!r} is no number from 0 up")
    return value


def _names(text: str, facts: Facts) -> tuple[str, ...]:
    return tuple(name for each in text.split(",") if (name := each.strip()))


def _classes(text: str, facts: Facts) -> tuple[str, ...]:
    names = _names(text, facts)
    problem = _problem_of_classes(names, facts)
    if problem:
        raise ValueError(problem)
    return names


def _problem_of_classes(names: tuple[str, ...], facts: Facts) -> str:
    wanted = _numbers_of_classes(facts)
    if not names or len(set(names)) != len(names):
        return "classes have a name each"
    if wanted and len(names) not in wanted:
        return f"{len(names)} names for an output of {facts.columns} columns"
    if facts.task == "fracture" and FRACTURE not in names:
        return f"call the class of fractures {FRACTURE!r}: without it a model would be read the wrong way round"
    if facts.task == "multilabel" and ABNORMAL not in names:
        return f"call the class that speaks of fractures {ABNORMAL!r}; the others are regions"
    return ""


def _numbers_of_classes(facts: Facts) -> tuple[int, ...]:
    if facts.task == "fracture":
        return (1, 2) if facts.columns == 1 else (2,)
    return (facts.columns,) if facts.columns and facts.task != "detector" else ()


def _allowed_classes(facts: Facts) -> str:
    if facts.task == "fracture" and facts.columns != 2:
        return "fracture (a value near 1 means it), or what 0 and 1 mean: normal,fracture or fracture,normal"
    if facts.task == "fracture":
        return "the names of both columns in their order: normal,fracture or fracture,normal"
    number = f"{facts.columns} " if facts.columns else ""
    return f"{number}names in the order of the output, with commas between"


def _preprocess(text: str, facts: Facts) -> tuple[str, ...]:
    steps = _names(text, facts)
    unknown = sorted(set(steps) - {*get_args(Tone), *get_args(Fit)})
    if unknown:
        raise ValueError(f"there is no step {', '.join(unknown)}")
    if not steps or steps[-1] not in get_args(Fit) or any(step in get_args(Fit) for step in steps[:-1]):
        raise ValueError(f"the chain ends with its one {' or '.join(get_args(Fit))}")
    return steps


def _text(text: str, facts: Facts) -> str:
    return text.strip()


def _with_task(facts: Facts) -> bool:
    return facts.task is not None


#: In the order in which they are asked; a later one may look at the answers of those above.
QUESTIONS: Sequence[Question] = (
    Question(
        "task", "What does the model say?", _says("region, fracture, detector (boxes), types, or multilabel"),
        _one_of(*get_args(Task)), _always,
    ),
    Question(
        "side_px", "Side of the square image it takes, in pixels?", _says("32 to 4096"), _whole(32, 4096), _always,
    ),
    Question("channels", "Channels of that image?", _says("1 (grey) or 3"), _channels, _always),
    Question(
        "range", "Range of its pixel values?",
        _says("0..1, -1..1, 0..255, imagenet-caffe (0..255 less means), or imagenet-torch (less means, by deviations)"),
        _one_of(*get_args(Range)), _always,
    ),
    Question("classes", "What do its outputs stand for?", _allowed_classes, _classes, _with_task),
    Question(
        "preprocess", "What was done to an image before it was scaled to the square?",
        _says(f"steps with commas between, any of {', '.join(get_args(Tone))}, then letterbox (keeps the shape, black "
              "around) or stretch"),
        _preprocess, _always, suggestion="stretch",
    ),
    Question(
        "scores", "What does it end in?", _says("probability (after a sigmoid or softmax) or logit (before it)"),
        _one_of("probability", "logit"), _for_tasks("region", "fracture", "types", "multilabel"),
    ),
    Question(
        "present_from", "From which probability is a fracture present?", _says("0 to 1"), _probability,
        _for_tasks("fracture"),
    ),
    Question(
        "doubt_from", "From which probability is a fracture in doubt?", _says("0 to 1, not above --present-from"),
        _probability, _for_tasks("fracture"),
    ),
    Question(
        "minimum_probability", "Below which probability is an image none of its regions?", _says("0 to 1"),
        _probability, _for_tasks("region"), default="0.5",
    ),
    Question(
        "weight", "Its weight in the statement about a fracture, beside the other members?",
        _says("0 (it is told and moves nothing) or more"), _weight, _for_tasks("fracture", "detector", "multilabel"),
        default="0",
    ),
    Question(
        "channel_order", "Order of its channels?", _says("rgb or bgr; only imagenet ranges tell them apart"),
        _one_of("rgb", "bgr"), _always, default="rgb",
    ),
    Question(
        "regions", "For which regions alone?", _says("names with commas between; none for all"), _names, _always,
        default="",
    ),
    Question("licence", "Under which licence may it be used?", _says("any text"), _text, _always, default="not stated"),
    Question("data", "What was it trained on?", _says("any text"), _text, _always, default="not stated"),
)  # fmt: skip
