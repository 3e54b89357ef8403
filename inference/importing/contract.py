"""Every question of an import answered: by an option, by the file, at a terminal, or by a default that is told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from domain.errors import ConfigError
from inference.importing.outputs import Meaning
from inference.importing.questions import QUESTIONS, Facts, Found, Question, Said
from inference.zoo.manifest import InputContract

#: Asks a person; the answer is text as an option has it. Given the question, what may be answered, and what was wrong
#: with the answer before.
Ask = Callable[[Question, str, str], str]

#: Name of the input in every graph that an import writes.
INPUT_NAME = "image"

_ENDINGS = {"sigmoid": "probability", "softmax": "probability", "linear": "logit"}


@dataclass(frozen=True, slots=True)
class Settled:
    """One answer and where it comes from."""

    question: Question
    value: Any
    said_by: Said


@dataclass(frozen=True, slots=True)
class Contract:
    """All answers about one model."""

    found: Found
    settled: tuple[Settled, ...]
    notes: tuple[str, ...] = ()

    def __getitem__(self, key: str) -> Any:
        """Return an answer by the key of its question; None where this model does not need it."""
        return next((each.value for each in self.settled if each.question.key == key), None)

    @property
    def meaning(self) -> Meaning:
        """What the outputs stand for."""
        return Meaning(self["task"], self["classes"], self["scores"] or "probability")

    @property
    def input(self) -> InputContract:
        """The input as a manifest states it."""
        return InputContract(
            name=INPUT_NAME,
            side_px=self["side_px"],
            range=self["range"],
            channels=self["channels"],
            layout=self.found.layout,
            channel_order=self["channel_order"],
            preprocess=self["preprocess"],
        )


def settle(found: Found, options: Mapping[str, str], ask: Ask | None, *, subject: str) -> Contract:
    """Return the contract of a model.

    Args:
        options: answers by key, as text.
        ask: asks a person; None where nobody is there.

    Raises:
        ConfigError: answers are missing or wrong, all of them in one message.
    """
    settled: list[Settled] = []
    problems: list[str] = []
    for question in QUESTIONS:
        facts = Facts(found, {each.question.key: each.value for each in settled})
        if question.is_needed(facts):
            answer = _answer(question, facts, options.get(question.key), ask, problems)
            settled += [answer] if answer else []
    contract = Contract(found, tuple(settled), _contradictions(found, options))
    problems += _clashes(contract)
    if problems:
        raise ConfigError(tuple(problems), subject=subject)
    return contract


def _answer(
    question: Question, facts: Facts, option: str | None, ask: Ask | None, problems: list[str]
) -> Settled | None:
    said, by = _said(question, facts, option)
    if said is None and ask is not None:
        return _ask_until_right(question, facts, ask)
    if said is None:
        problems.append(f"{question.option} is missing. {question.asks} {question.allowed(facts)}")
        return None
    try:
        return Settled(question, question.parse(said, facts), by)
    except ValueError as error:
        problems.append(f"{question.option}: {error}. Allowed: {question.allowed(facts)}")
        return None


def _said(question: Question, facts: Facts, option: str | None) -> tuple[str | None, Said]:
    if option is not None:
        return option, "option"
    if question.key in facts.found.values:
        return facts.found.values[question.key], "file"
    if question.key == "scores" and facts.ending in _ENDINGS:
        return _ENDINGS[facts.ending], "file"
    if question.key == "channel_order" and facts.settled.get("range") == "imagenet-caffe":
        return "bgr", "default"  # the means that this range takes off are those of the Caffe networks, blue first
    return question.default, "default"


def _ask_until_right(question: Question, facts: Facts, ask: Ask) -> Settled:
    wrong = ""
    while True:
        try:
            return Settled(question, question.parse(ask(question, question.allowed(facts), wrong), facts), "answer")
        except ValueError as error:
            wrong = str(error)


def _contradictions(found: Found, options: Mapping[str, str]) -> tuple[str, ...]:
    """Return where an option overrules the file: a person may know better, and shall see it."""
    return tuple(
        f"the file speaks for {key.replace('_', ' ')} {found.values[key]}; taken is {said}, as the option says"
        for key, said in options.items()
        if key in found.values and said != found.values[key]
    )


def _clashes(contract: Contract) -> list[str]:
    problems = []
    doubt, present = contract["doubt_from"], contract["present_from"]
    if doubt is not None and present is not None and doubt > present:
        problems.append(f"--doubt-from {doubt:g} is above --present-from {present:g}")
    if str(contract["range"]).startswith("imagenet") and contract["channels"] == 1:
        problems.append("--range: imagenet ranges are for three channels, and this model takes one")
    for key in sorted(contract.found.fixed):
        said = contract.found.values.get(key)
        if said is not None and contract[key] is not None and str(contract[key]) != said:
            problems.append(
                f"--{key.removesuffix('_px')} {contract[key]}: the file has {said}, and cannot take another"
            )
    return problems
