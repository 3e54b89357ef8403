"""Every setting that holds, with where it came from, for a person to read. Nothing in it is a secret."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel

from config.keys import known_keys
from config.settings import Settings
from config.toml_text import write_value

#: Keys whose value is shown to nobody. Settings name the files of secrets; should one ever hold a secret, it is here.
_SECRET_KEY: Final = re.compile(r"(^|_)(password|secret|token|passphrase)$")
#: What an address may carry for whoever it calls: user and password, and what stands behind the question mark.
_ADDRESS_SECRET: Final = re.compile(r"(?<=://)[^/@\s\"]+@|\?[^\s\"]+")
HIDDEN: Final = "(not shown)"


@dataclass(frozen=True, slots=True)
class EffectiveSetting:
    """One key.

    Attributes:
        value: as TOML writes it; empty where it is not set.
        in_file: whether the file says so; else it is the default.
    """

    key: str
    value: str
    in_file: bool
    help: str


@dataclass(frozen=True, slots=True)
class EffectiveTable:
    """One table. `header` is as in a file: `[node]`, `[[sender]]`; `name` is that of the entry it belongs to."""

    header: str
    name: str
    settings: tuple[EffectiveSetting, ...]


def list_effective(settings: Settings) -> tuple[EffectiveTable, ...]:
    """Return every table that is there, in the order of the reference; a table within another one follows it."""
    return tuple(table for name in type(settings).model_fields for table in _tables_of(settings, name, (), ""))


def _tables_of(model: BaseModel, name: str, above: tuple[str, ...], entry: str) -> Iterator[EffectiveTable]:
    value, path = getattr(model, name), (*above, name)
    if isinstance(value, BaseModel):
        yield from _write(value, path, f"[{'.'.join(path)}]", entry)
    elif isinstance(value, tuple):
        for each in value:
            if isinstance(each, BaseModel):
                called = getattr(each, "name", "") or getattr(each, "ae_title", "")
                yield from _write(each, path, f"[[{'.'.join(path)}]]", called)


def _write(table: BaseModel, path: tuple[str, ...], header: str, entry: str) -> Iterator[EffectiveTable]:
    values = table.model_dump(mode="json")
    names = [each for each in type(table).model_fields if not _is_table(getattr(table, each))]
    yield EffectiveTable(header, entry, tuple(_setting(table, path, each, values[each]) for each in names))
    for name in type(table).model_fields:
        yield from _tables_of(table, name, path, entry)


def _is_table(value: Any) -> bool:
    return isinstance(value, BaseModel) or (isinstance(value, tuple) and any(isinstance(v, BaseModel) for v in value))


def _setting(table: BaseModel, path: tuple[str, ...], name: str, value: Any) -> EffectiveSetting:
    known = known_keys().get((*path, name))
    return EffectiveSetting(name, _shown(name, value), name in table.model_fields_set, known.help if known else "")


def _shown(name: str, value: Any) -> str:
    if value is None:
        return ""
    if _SECRET_KEY.search(name) and value != "":
        return HIDDEN
    return _ADDRESS_SECRET.sub("", write_value(value))
