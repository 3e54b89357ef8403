"""What a page is: routes, a title, and the least role that may see it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from domain.role import Role

if TYPE_CHECKING:
    from dicom_node.console.visit import Visit

_MIB: Final = 1024 * 1024
View = Callable[["Visit"], Response]


@dataclass(frozen=True, slots=True)
class Route:
    """One address of a page. `Get` and `Post` make it.

    Attributes:
        path: as Starlette writes it: `/studies/{study}`.
        view: called in a thread of its own, so it may wait for the ledger.
        role: least role; None for that of the page.
        body_bytes: longest body that is read.
        files: most files in a form.
        checks: of POST alone: a CSRF token is asked for. Only a way in that has a check of its own does without.
    """

    path: str
    view: View
    method: str = "GET"
    role: Role | None = None
    body_bytes: int = _MIB
    files: int = 0
    is_public: bool = False


Get = partial(Route, method="GET")
Post = partial(Route, method="POST")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the console, or several that belong together.

    Attributes:
        name: short; `NAME.title` is its title in the table of words.
        role: least role that may look. What changes something needs an operator at least.
        icon: name of a picture in templates/icons.html; empty for a page that the navigation does not show.
        warms: whether the console looks at it itself after its start (`warming`), so that no visitor is the first.
            Where there is no visitor such a page records no look and starts nothing.
    """

    name: str
    role: Role
    routes: tuple[Route, ...]
    icon: str = ""
    warms: bool = False

    @property
    def title(self) -> str:
        """Key of its title in the table of words."""
        return f"{self.name}.title"

    @property
    def path(self) -> str:
        """Where the navigation leads."""
        return self.routes[0].path

    def role_for(self, route: Route) -> Role:
        """Return the least role for one of its routes."""
        if route.role is not None:
            return route.role
        changes = route.method != "GET"
        return Role.OPERATOR if changes and Role.OPERATOR.may(self.role) else self.role


def by_path(pages: tuple[Page, ...]) -> Mapping[tuple[str, str], Page]:
    """Return which page has an address, by method and path; raises ValueError where two have the same."""
    found: dict[tuple[str, str], Page] = {}
    for page in pages:
        for route in page.routes:
            if found.setdefault((route.method, route.path), page) is not page:
                raise ValueError(f"two pages have {route.method} {route.path}")
    return found
