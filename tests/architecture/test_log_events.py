"""One event name per thing: every message that is logged has one, in dicom_node/log_events.py or of its own."""

import ast
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from dicom_node.log_events import EVENTS
from tests.architecture.source_tree import PROJECT, parse

LOGGERS = frozenset({"_log", "_LOG", "log", "logger", "_logger"})
LEVELS = frozenset({"debug", "info", "warning", "error", "critical", "exception", "log"})
EMITTERS = frozenset({"emit", "_emit"})
SOURCES = sorted(path for path in (PROJECT / "dicom_node").rglob("*.py") if "bench" not in path.parts)


class Logged(NamedTuple):
    """A call that logs: where, by which logger, its message (None where that is no text of the source).

    With `extra` it brings fields of its own, and its event among them.
    """

    place: str
    logger: str
    message: str | None
    has_event: bool


def find_logged(path: Path) -> Iterator[Logged]:
    tree = parse(path)
    module = ".".join(path.relative_to(PROJECT).with_suffix("").parts)
    logger = next(filter(None, map(name_of_logger, ast.walk(tree))), "").replace("__name__", module)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and is_log_call(node.func):
            words = node.args[1 if ast.unparse(node.func).endswith(".log") else 0]
            message = str(words.value) if isinstance(words, ast.Constant) else None
            has_event = any(each.arg == "extra" for each in node.keywords)
            yield Logged(f"{path.relative_to(PROJECT)}:{node.lineno}", logger, message, has_event)


def is_log_call(function: ast.expr) -> bool:
    if not isinstance(function, ast.Attribute) or not isinstance(function.value, ast.Name):
        return False
    return function.value.id in LOGGERS and function.attr in LEVELS


def name_of_logger(node: ast.AST) -> str:
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "logging.getLogger" and node.args:
        return ast.unparse(node.args[0]).strip("'\"")
    return ""


def names_emitted(path: Path) -> set[str]:
    """Return the names that a module gives events of its own: those of its constants that it emits or logs with."""
    tree = parse(path)
    used = {
        each.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in EMITTERS
        for each in ast.walk(node)
        if isinstance(each, ast.Name)
    }
    return {
        str(node.value.value)
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Constant)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and target.id in used and "." in str(node.value.value)
    }


@cache
def all_logged() -> tuple[Logged, ...]:
    return tuple(each for path in SOURCES for each in find_logged(path))


def test_every_message_has_an_event() -> None:
    named = [each for each in all_logged() if not each.has_event]
    assert len(named) > 20
    nameless = [
        f"{each.place} logs {each.message!r} by {each.logger}: name the event in dicom_node/log_events.py"
        for each in named
        if each.message not in EVENTS.get(each.logger, {})
    ]
    assert nameless == []


def test_no_event_is_named_that_nobody_logs() -> None:
    known = {(logger, message) for logger, messages in EVENTS.items() for message in messages}
    assert known - {(each.logger, each.message) for each in all_logged()} == set()


def test_no_two_things_have_one_name() -> None:
    named = [event.name for messages in EVENTS.values() for event in messages.values()]
    emitted = [name for path in SOURCES for name in names_emitted(path)]
    assert len(emitted) > 20
    assert [name for name, times in Counter(named + emitted).items() if times > 1] == []


def test_there_is_a_name_for_each_value_of_a_message() -> None:
    for messages in EVENTS.values():
        for message, event in messages.items():
            values = 0 if "%(" in message else message.count("%")
            assert len(event.fields) == values, event.name
