"""From a template and values to a page: language, direction, theme, navigation and CSRF token are there for each."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dicom_node.console import csrf, notices
from dicom_node.console.cookies import LANGUAGE, NOTICE, THEME, Cookies
from dicom_node.console.failure_words import tell_failure
from dicom_node.console.formats import FILTERS
from dicom_node.console.page import Page
from dicom_node.console.static_files import StaticFiles
from dicom_node.console.translation import LANGUAGES, Words, choose_language, load_words
from dicom_node.console.visit import Visit
from domain.shadow import NODE

THEMES: Final = ("auto", "light", "dark")


class Rendering:
    """The templates, and what the layout around every page needs.

    Args:
        pages: for the navigation, in its order.
        title: of this node, on every page: its AE title.
        shadowed: what is in shadow mode, as `Settings.shadowed` has it; every page says so to who is logged in.
    """

    def __init__(
        self, pages: tuple[Page, ...], title: str, files: StaticFiles, shadowed: frozenset[str] = frozenset()
    ) -> None:
        self._pages, self._title, self._files = pages, title, files
        self._shadowed = [NODE] if NODE in shadowed else sorted(shadowed)
        self._environment = load_environment()
        load_words()  # while the console starts, and not for its first visitor

    def page(self, visit: Visit, template: str, values: Mapping[str, Any], status: int) -> Response:
        """Return a template as a page; a notice is shown once."""
        cookies = Cookies.of(visit.request)
        notice = notices.from_cookie(cookies.read(visit.request, NOTICE))
        said = _say(visit.words, notice)
        text = self._environment.get_template(template).render(
            self._surroundings(visit) | {"notice": notice if said else None, "notice_words": said} | dict(values)
        )
        response = HTMLResponse(text, status_code=status)
        if notice is not None:
            cookies.remove(response, NOTICE)
        return response

    def _surroundings(self, visit: Visit) -> dict[str, Any]:
        request, visitor = visit.request, visit.visitor
        return {
            "static": self._files.address_of,
            "visit": visit,
            "visitor": visitor,
            "page": visit.page,
            "t": visit.words,
            "node_title": self._title,
            "shadowed": self._shadowed if visitor else [],
            "theme": chosen_theme(request),
            "csrf_token": csrf.token_of(visit.secret),
            "navigation": [each for each in self._pages if visitor and each.icon and visitor.role.may(each.role)],
            "here": request.url.path,
            "tell": lambda recorded: tell_failure(recorded, visit.words),
            "address_with": lambda **changes: _address_with(request, changes),
        }


@cache
def load_environment() -> Environment:
    """Return the templates; each is compiled once in the life of a process."""
    environment = Environment(
        loader=PackageLoader("dicom_node.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    environment.globals.update(languages=LANGUAGES, themes=THEMES)
    return environment


def _say(words: Words, notice: notices.Notice | None) -> str:
    """Return the sentence of a notice; empty where there is none, or another version of this program left it."""
    if notice is None or notice.key not in load_words():
        return ""
    try:
        return words(notice.key, **notice.values)
    except (LookupError, TypeError, ValueError):
        return ""


def words_for(request: Request) -> Words:
    """Return the words in the language that a visitor chose, or that their browser asks for."""
    asked = Cookies.of(request).read(request, LANGUAGE)
    return Words(choose_language(asked, request.headers.get("Accept-Language", "")))


def chosen_theme(request: Request) -> str:
    """Return "light", "dark", or "auto" for what the browser prefers."""
    theme = Cookies.of(request).read(request, THEME)
    return theme if theme in THEMES else THEMES[0]


def _address_with(request: Request, changes: Mapping[str, object]) -> str:
    """Return the address of this very page with other values behind the question mark; None takes one out."""
    query = dict(request.query_params) | dict(changes)
    kept = {name: value for name, value in query.items() if value not in (None, "")}
    return f"{request.url.path}?{urlencode(kept)}" if kept else request.url.path
