"""What the first visitor after a start would wait for: templates are compiled, questions asked for the first time."""

import asyncio
from collections.abc import Callable, Iterator
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from dicom_node.console.access.secrets import new_secret
from dicom_node.console.page import Page
from dicom_node.console.rendering import load_environment
from dicom_node.console.serving import Serving


def list_looks(serving: Serving, pages: tuple[Page, ...]) -> Iterator[Callable[[], object]]:
    """Give pieces of work of some ten milliseconds each, in the order of the navigation; for any thread.

    Pages that have `warms` are looked at for nobody, and thrown away: no visitor is shown anything old.
    """
    yield _load_threads
    yield from (partial(_look, serving, page) for page in pages if page.warms)
    environment = load_environment()
    yield from (partial(environment.get_template, name) for name in environment.list_templates())


def _load_threads() -> None:
    """Views run in threads; what manages them loads when it is first asked for one."""
    asyncio.run(run_in_threadpool(int))


def _look(serving: Serving, page: Page) -> None:
    scope = {"type": "http", "method": "GET", "path": page.path, "headers": [], "query_string": b"", "path_params": {}}
    page.routes[0].view(serving.visit(Request(scope), page, None, new_secret()))
