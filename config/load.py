"""From a TOML file to Settings; every problem of the file in one ConfigError.

A relative folder in a file (`data = "./data"`) counts from the folder of that file, so a node finds its ledger wherever
it is started from. Without a file the embedded default.toml holds, and relative folders count from the working folder.
"""

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from config.problems import Problem, find_problems
from config.settings import Settings
from config.toml_lines import find_lines
from domain.errors import ConfigError

DEFAULT_FILE = Path(__file__).with_name("default.toml")
_Model = TypeVar("_Model", bound=BaseModel)


def load_settings(path: Path | None = None) -> Settings:
    """Read the configuration at `path`; None for the embedded defaults (loopback only).

    Raises:
        ConfigError: every problem of the file; its subject is the file.
    """
    text = _read_text(path or DEFAULT_FILE)
    return parse_settings(text, subject=str(path or DEFAULT_FILE), folder=path.parent if path else Path())


def parse_settings(text: str, *, subject: str, folder: Path) -> Settings:
    """Make settings of TOML text; relative folders count from `folder`.

    Raises:
        ConfigError: every problem of the text.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError((f"not TOML: {error}",), subject=subject) from error
    try:
        settings = Settings.model_validate(tables)
    except ValidationError:
        problems = find_problems(tables)
        raise ConfigError(_in_order_of_lines(problems, text), subject=subject) from None
    return _anchor(settings, folder.absolute())


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError((f"cannot be read: {error.strerror}",), subject=str(path)) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError((f"line {line}: not UTF-8, which TOML asks for",), subject=str(path)) from error


def _in_order_of_lines(problems: tuple[Problem, ...], text: str) -> tuple[str, ...]:
    lines = find_lines(text)
    return tuple(problem.describe(lines) for problem in sorted(problems, key=lambda each: each.line(lines) or 0))


def _anchor(model: _Model, folder: Path) -> _Model:
    """Return `model` with every relative path in it made to count from `folder`; it still knows what the file says."""
    values = {name: _anchored(value, folder) for name, value in model}
    return type(model).model_construct(set(model.model_fields_set), **values)


def _anchored(value: Any, folder: Path) -> Any:
    if isinstance(value, Path):
        return folder / value
    if isinstance(value, BaseModel):
        return _anchor(value, folder)
    if isinstance(value, tuple):
        return tuple(_anchored(each, folder) for each in value)
    return value
