"""Settings written as TOML, so that what holds can be read, kept and loaded again."""

import json
from collections.abc import Iterator
from typing import Any

from config.settings import Settings


def write_toml(settings: Settings) -> str:
    """Return every setting as TOML; one that is not set stands as a comment, as TOML has no null.

    There are no secrets to hide: settings hold the names of secret files, never what is in them.
    """
    values = settings.model_dump(mode="json")
    return "\n".join(_write_tables(values)).strip() + "\n"


def _write_tables(values: dict[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        header = f"[[{name}]]" if isinstance(value, list) else f"[{name}]"
        if value is None:
            yield from ("", f"# {header} is not there")
            continue
        for table in value if isinstance(value, list) else [value]:
            yield from ("", header)
            yield from (_write_line(key, each) for key, each in table.items())


def _write_line(key: str, value: Any) -> str:
    return f"# {key} is not set" if value is None else f"{key} = {write_value(value)}"


def write_value(value: Any) -> str:
    """Return a value, as JSON has it, as TOML writes it."""
    if isinstance(value, dict):
        return (
            "{ " + ", ".join(f"{key} = {write_value(each)}" for key, each in value.items() if each is not None) + " }"
        )
    if isinstance(value, list):
        return f"[{', '.join(map(write_value, value))}]"
    # JSON and TOML write text, numbers, true and false alike, but for the escape of DEL.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
