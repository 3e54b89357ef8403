"""Language and theme: kept in the browser, so each screen of a reading room has its own."""

from starlette.responses import Response

from dicom_node.console.cookies import LANGUAGE, THEME, Cookies
from dicom_node.console.page import Page, Post
from dicom_node.console.rendering import THEMES
from dicom_node.console.translation import LANGUAGES
from dicom_node.console.visit import Visit
from domain.role import Role

_CHOICES = ((LANGUAGE, "language", tuple(LANGUAGES)), (THEME, "theme", THEMES))


def choose(visit: Visit) -> Response:
    """Keep what was chosen, and go back to where it was."""
    response = visit.go(visit.field("next"))
    for cookie, field, allowed in _CHOICES:
        if visit.field(field) in allowed:
            Cookies.of(visit.request).set(response, cookie, visit.field(field), lasting=True)
    return response


PAGE = Page("preferences", Role.VIEWER, (Post("/preferences", choose, role=Role.VIEWER, is_public=True),))
