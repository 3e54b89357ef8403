"""Every key of the configuration file: what may stand there, its default and its help, from the settings' schema."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from config.settings import Settings

#: What the patterns of settings.py mean, in words.
PATTERN_WORDS = {
    r"^[ !-\[\]-~]+$": "ASCII without backslash",
    r"^[!-~]*$": "ASCII without blanks",
    r"^(https?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[^#\s]*)?)?$": (
        "an address that begins with http:// or https://"
    ),
    r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+$": "a mail address",
    r"^https?://[!-~]+$": "an address that begins with http:// or https://",
    r"^[A-Za-z0-9_-]{0,64}$": "up to 64 letters, digits, underscores or hyphens",
    r"^(https?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[^?#\s]*)?)?$": (
        "an address that begins with http:// or https://, without user or query"
    ),
    r"^(https?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?/?)?$": (
        "an address that begins with http:// or https://, without a path"
    ),
    r"^[A-Za-z0-9-]+$": "letters, digits or hyphens",
    r"^[A-Za-z0-9_-]{1,64}$": "1 to 64 letters, digits, hyphens or underscores",
    r"^[a-z][a-z0-9-]{0,31}$": "1 to 32 lower-case letters, digits or hyphens, a letter first",
}
TYPE_WORDS = {
    "integer": "whole number",
    "number": "number",
    "string": "text",
    "boolean": "true or false",
    "array": "list",
    "object": "table",
}
_PLACE_WORDS = {"path": "folder", "file-path": "file"}
#: The bounds that a value may have, in words; the first whose names all stand in the schema holds.
_BOUNDS = (
    (("minimum", "maximum"), "{} to {}"),
    (("minimum",), "{} or more"),
    (("exclusiveMinimum",), "above {}"),
    (("minLength", "maxLength"), "{} to {} characters"),
    (("maxLength",), "up to {} characters"),
)


@dataclass(frozen=True, slots=True)
class Key:
    """One key, or one table, of the file.

    Attributes:
        path: the names from the top of the file; a repeated table ([[sender]]) counts as one name.
        allowed: what may stand there, in words.
        default: a JSON value; None where there is none.
        required: whether the file must give it where its table stands.
        table: True for a table, False for a value.
        repeated: True for a table that may stand several times.
    """

    path: tuple[str, ...]
    allowed: str
    help: str
    default: Any = None
    required: bool = False
    table: bool = False
    repeated: bool = False

    @property
    def dotted(self) -> str:
        """The path as people write it: `node.port`."""
        return ".".join(self.path)


@cache
def known_keys() -> dict[tuple[str, ...], Key]:
    """Return every key by its path, in the order of the settings."""
    schema = Settings.model_json_schema()
    return {key.path: key for key in _walk(schema, schema["$defs"], ())}


def _walk(section: dict[str, Any], definitions: dict[str, Any], above: tuple[str, ...]) -> Iterator[Key]:
    required = section.get("required", ())
    for name, node in section.get("properties", {}).items():
        path = (*above, name)
        table, repeated = _table_of(node, definitions)
        if table is None:
            yield Key(
                path, _allowed(node, definitions), node.get("description", ""), node.get("default"), name in required
            )
        else:
            yield Key(path, "table", table.get("description", ""), table=True, repeated=repeated)
            yield from _walk(table, definitions, path)


def _table_of(node: dict[str, Any], definitions: dict[str, Any]) -> tuple[dict[str, Any] | None, bool]:
    """Return the schema of the table that `node` stands for, or None for a value; and whether it repeats."""
    repeated = node.get("type") == "array"
    node = next((each for each in node.get("anyOf", ()) if "$ref" in each), node)  # a table that need not be there
    reference = node.get("items", {}) if repeated else node
    target = definitions.get(reference.get("$ref", "").rpartition("/")[2], {})
    return (target, repeated) if target.get("type") == "object" else (None, False)


def _allowed(node: dict[str, Any], definitions: dict[str, Any]) -> str:
    if "$ref" in node:
        return _allowed(definitions[node["$ref"].rpartition("/")[2]], definitions)
    if "anyOf" in node:
        return " or ".join(_allowed(each, definitions) for each in node["anyOf"] if each.get("type") != "null")
    if "enum" in node:
        return "one of " + ", ".join(f'"{value}"' for value in node["enum"])
    if node.get("type") == "array":
        return f"list of: {_allowed(node['items'], definitions)}"
    return _words_of_a_value(node)


def _words_of_a_value(node: dict[str, Any]) -> str:
    if node.get("format") in _PLACE_WORDS:
        return _PLACE_WORDS[node["format"]]
    fitting = [words.format(*map(node.get, names)) for names, words in _BOUNDS if set(names) <= set(node)]
    words = fitting[:1]
    if "pattern" in node:
        words.append(PATTERN_WORDS.get(node["pattern"], f"matching {node['pattern']}"))
    kind = TYPE_WORDS[node["type"]]
    return f"{kind}, {', '.join(words)}" if words else kind
