"""What the first visitor after a start would wait for: templates are compiled, questions asked for the first time."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from dicom_node.console.access.secrets import new_secret
from dicom_node.console.page import Page
from dicom_node.console.rendering import load_environment
from dicom_node.console.serving import Serving

Look = Callable[[], object]
#: What every page is made of.
_AROUND: Final = ("layout.html", "entering.html", "leaving.html", "icons.html", "parts.html")


def list_first_looks(serving: Serving, pages: tuple[Page, ...]) -> tuple[Look, ...]:
    """Return what the first visitor needs who comes to the first page: a tenth of a second of work."""
    around = (partial(load_environment().get_template, name) for name in _AROUND)
    return _load_threads, *around, *(partial(_look, serving, page) for page in _warmed(pages)[:1])


def list_looks(serving: Serving, pages: tuple[Page, ...]) -> tuple[Look, ...]:
    """Return the rest, in pieces of some ten milliseconds each, in the order of the navigation; for any thread.

    Pages that have `warms` are looked at for nobody, and thrown away: no visitor is shown anything old.
    """
    environment = load_environment()
    looks = (partial(_look, serving, page) for page in _warmed(pages)[1:])
    return *looks, *(partial(environment.get_template, name) for name in environment.list_templates())


def _warmed(pages: tuple[Page, ...]) -> list[Page]:
    return [page for page in pages if page.warms]


def _load_threads() -> None:
    """Views run in threads; what manages them loads when it is first asked for one."""
    asyncio.run(run_in_threadpool(int))


def _look(serving: Serving, page: Page) -> None:
    scope = {"type": "http", "method": "GET", "path": page.path, "headers": [], "query_string": b"", "path_params": {}}
    page.routes[0].view(serving.visit(Request(scope), page, None, new_secret()))
