"""What the pages name is there: links, commands, options, targets of make, settings, codes, files."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main

from config.image_classes import SOP_CLASS_OF
from config.keys import known_keys
from config.settings import Settings
from dicom_node.cli.main import app
from tests.architecture.doc_pages import DOCS, PAGES, PROJECT, anchors, code_lines, commands, links, name, read
from tests.architecture.source_tree import source_files
from tests.architecture.test_docs_are_current import entries

#: What a history says was so when it was written.
HISTORY = PROJECT / "CHANGELOG.md"
#: Of a bundle of models, where `metrics` is a table, too.
KEYS_OF_A_MANIFEST = {"metrics.parity", "metrics.parity.float16_weights", "metrics.validated"}
KINDS_OF_IMAGE = {name.value for name in SOP_CLASS_OF}
EVERY_PAGE = pytest.mark.parametrize("page", PAGES, ids=name)
CURRENT_PAGE = pytest.mark.parametrize("page", [page for page in PAGES if page != HISTORY], ids=name)
_TOP = "config|dicom_node|docker|docs|domain|inference|locks|reporting|tests|tools"
_PATH = re.compile(rf"(?:{_TOP})/[\w./*-]*\w/?|[A-Z_]+\.md|pyproject\.toml|Makefile")


@cache
def root() -> Any:
    return typer.main.get_command(app)


def find_fault(words: list[str]) -> str:
    """Return what of a call of osteonode does not exist, nothing where all of it does."""
    command = root()
    options = known_options(command)
    for word in words:
        below = getattr(command, "commands", {})
        if below and not word.startswith("-"):
            if not re.fullmatch(r"[a-z][a-z-]*", word):
                return ""  # a stand-in for any command, such as "..."
            if word not in below:
                return f"no command {word!r}"
            command = below[word]
            options |= known_options(command)
        elif re.match(r"--?[a-z]", word) and (option := word.split("=")[0].rstrip(",.:]")) not in options:
            return f"no option {option!r}"
    return ""


def known_options(command: Any) -> set[str]:
    named = {spelling for each in command.params for spelling in (*each.opts, *each.secondary_opts)}
    return named | {"--help", "-h"}


@EVERY_PAGE
def test_every_link_leads_somewhere(page: Path) -> None:
    assert list(broken_links(page)) == []


def broken_links(page: Path) -> Iterator[str]:
    for link in links(page):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            yield link


@CURRENT_PAGE
def test_every_command_and_option_exists(page: Path) -> None:
    calls = list(commands(page, "osteonode"))
    assert [(" ".join(call), fault) for call in calls if (fault := find_fault(call))] == []


@CURRENT_PAGE
def test_every_target_of_make_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    called = {word for words in commands(page, "make") for word in words[:1] if re.fullmatch(r"[a-z-]+", word)}
    assert called <= targets


@CURRENT_PAGE
def test_every_setting_exists(page: Path) -> None:
    tables = "|".join(Settings.model_fields)
    spans = "\n".join(code_lines(page))
    named = set(re.findall(rf"(?<![\w./@-])((?:{tables})(?:\.[a-z_]+)+)(?![\w/(-])", spans))
    known = {key.dotted for key in known_keys().values()}
    tables_below = {dotted.rpartition(".")[0] for dotted in known}
    assert (
        sorted(each for each in named - known - tables_below - KEYS_OF_A_MANIFEST if not is_something_else(each)) == []
    )


def is_something_else(named: str) -> bool:
    """Say whether it is a file, a module, or an event that the source logs, which are written in the same way."""
    is_a_file = named.rpartition(".")[2] in {"csv", "dcm", "hl7", "json", "md", "py", "toml", "txt"}
    is_a_host = named.endswith(".example") or ".hospital" in named
    return is_a_file or is_a_host or find_module(named) or f'"{named}' in whole_source()


def find_module(named: str) -> bool:
    return (PROJECT / named.replace(".", "/")).with_suffix(".py").is_file()


@cache
def whole_source() -> str:
    return "".join(path.read_text(encoding="utf-8") for path in source_files("dicom_node"))


@CURRENT_PAGE
def test_every_file_exists(page: Path) -> None:
    spans = "\n".join(code_lines(page))
    named = {match.group().rstrip("/.") for match in re.finditer(rf"(?<![\w./-]){_PATH.pattern}", spans)}
    assert sorted(path for path in named if not exists(path, page)) == []


def exists(path: str, page: Path) -> bool:
    places = (PROJECT, page.parent, *((PROJECT / package) for package in ("dicom_node", "inference", "reporting")))
    return any(list(place.glob(path)) or (place / path).exists() for place in places)


@CURRENT_PAGE
def test_every_code_has_its_entry_in_operations(page: Path) -> None:
    named = set(re.findall(r"`([A-Z][A-Z0-9]+(?:-[A-Z][A-Z0-9]+)+)`", read(page)))
    assert named - KINDS_OF_IMAGE <= entries().keys()


def test_the_index_lists_every_page() -> None:
    listed = {link.partition("#")[0] for link in links(DOCS / "README.md")}
    assert {path.name for path in DOCS.glob("*.md")} - {"README.md"} <= listed
    assert "adr/README.md" in listed


def test_the_index_of_decisions_lists_every_decision() -> None:
    assert set(links(DOCS / "adr" / "README.md")) >= {path.name for path in DOCS.glob("adr/0*.md")}


def test_every_command_is_shown_somewhere() -> None:
    shown = {word for page in PAGES for words in commands(page, "osteonode") for word in words[:1]}
    assert set(root().commands) - shown == set()


def test_a_command_that_is_not_there_would_be_found() -> None:
    assert find_fault(["frobnicate"]) == "no command 'frobnicate'"
    assert find_fault(["studies", "--frobnicate"]) == "no option '--frobnicate'"
    assert find_fault(["dead-letters", "replay", "--config", "site.toml"]) == ""
