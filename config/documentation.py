"""Writes docs/configuration.md and config/site.schema.json from the settings: python -m config.documentation."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from config.keys import Key, known_keys
from config.profiles import DEFAULT_PROFILE, PROFILES, SOP_CLASSES
from config.settings import Settings
from domain.tier import Tier

PROJECT = Path(__file__).parent.parent
_HEAD = """\
# Configuration

<!-- Written by `python -m config.documentation` from the modules of config/. Do not edit: a test compares. -->

A node is configured by one TOML file, read once at start:

    osteonode check-config site.toml
    osteonode serve --config site.toml

- `check-config` says every problem at once, each with its line, the key, the value and what is allowed, and then prints
  every setting that holds. `serve` does the same check and does not start while there is a problem.
- A key that is not listed here is an error, not a surprise later. Every key has a default unless it says *required*.
- The unit of a number is the end of its name: `_seconds`, `_days`, `_mib`, `_kib`, `_px`, `_bytes`.
- A relative folder counts from the folder of the file, not from where the command was started. An absolute one is used
  as it stands.
- A change takes effect at the next start. A restart is always safe: what was acknowledged is on disk.
- Without a file the node serves this machine only: it listens on 127.0.0.1, takes images from any AE title that calls
  from there, sends results nowhere, and keeps its data in `./osteonode-data` of the working folder.

`config/site.example.toml` is a small file to start from. Editors that know JSON schemas complete and check it with
`config/site.schema.json`.
"""

_PROFILES_HEAD = """
## Profiles

What is sent to a viewer that cannot show it looks like an error there. `profile` of a destination names a row; its
`documents` goes before it. Of the two structured reports a peer gets one: Comprehensive 3D SR where the row has it
and the peer accepts it, else Comprehensive SR. Captures are Secondary Capture everywhere: every viewer that was tried
shows them, and an image of another class would pass for a radiograph. `lime_capture` goes where `secondary_capture`
goes. Documents that are made only where a site asks for them go where a row, or `documents`, has them.

| profile | documents | SOP classes | why |
|---|---|---|---|
"""
_TIERS_HEAD = """
## Tiers

`tier` of a `[[sender]]` decides how much is said of the studies that it sends. The tier is kept with each image when
it arrives: a change holds for images that come later. A study whose images came from several senders is answered at
the lowest of their tiers, and every version of it at the lowest of all images so far. Every document of a lower tier
says in words what is left out, so that a missing box is never read as "nothing found"; heat maps and explanations
show places.

| tier | whether, how sure, which region and side | type of the fracture | boxes, heat maps, explanations |
|---|---|---|---|
"""


def write_reference() -> str:
    """Return the text of docs/configuration.md."""
    return _HEAD + "".join((*_write_sections(), *_write_profiles(), *_write_tiers()))


def write_schema() -> str:
    """Return the text of config/site.schema.json (JSON Schema 2020-12)."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Osteonode site configuration",
        **{key: value for key, value in Settings.model_json_schema().items() if key not in {"title", "description"}},
    }
    return json.dumps(schema, indent=2) + "\n"


def _write_sections() -> Iterator[str]:
    tables = [key for key in known_keys().values() if key.table]
    for table in tables:
        yield f"\n## {_header(table)}\n\n{table.help}\n\n"
        yield "| key | allowed | default | meaning |\n|---|---|---|---|\n"
        yield from (_write_row(key) for key in known_keys().values() if key.path[:-1] == table.path and not key.table)


def _write_profiles() -> Iterator[str]:
    yield _PROFILES_HEAD
    for profile in PROFILES.values():
        kinds = "all" if profile.name == DEFAULT_PROFILE else ", ".join(f"`{kind}`" for kind in profile.documents)
        classes = dict.fromkeys(SOP_CLASSES[kind] for kind in profile.documents if kind in SOP_CLASSES)
        yield f"| `{profile.name}` | {kinds} | {', '.join(classes)} | {profile.reason} |\n"


def _write_tiers() -> Iterator[str]:
    yield _TIERS_HEAD
    for tier in Tier:
        words = ["yes" if states else "no" for states in (tier.states_types, tier.states_places)]
        yield f"| `{tier.value}` | yes | {' | '.join(words)} |\n"


def _header(table: Key) -> str:
    # A table inside a repeated one belongs to the entry above it: [destination.retry] after [[destination]].
    brackets = f"[[{table.dotted}]]" if table.repeated else f"[{table.dotted}]"
    return f"`{brackets}`{', any number of times' if table.repeated else ''}"


def _write_row(key: Key) -> str:
    cells = (f"`{key.path[-1]}`", key.allowed, _write_default(key), key.help)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def _write_default(key: Key) -> str:
    if key.required:
        return "*required*"
    return _DEFAULT_WORDS.get(json.dumps(key.default)) or f"`{_as_toml(key.default)}`"


_DEFAULT_WORDS = {"null": "not set", '""': "empty", "[]": "empty"}


def _as_toml(value: Any) -> str:
    return json.dumps(value)


def main() -> None:
    """Write both files."""
    (PROJECT / "docs").mkdir(exist_ok=True)
    (PROJECT / "docs" / "configuration.md").write_text(write_reference(), encoding="utf-8")
    (PROJECT / "config" / "site.schema.json").write_text(write_schema(), encoding="utf-8")


if __name__ == "__main__":
    main()
