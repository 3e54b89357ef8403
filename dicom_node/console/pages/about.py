"""About this node: what it is called, where it listens, who may send, and where answers go."""

from importlib.metadata import version

from starlette.responses import Response

from dicom_node.console.page import Get, Page
from dicom_node.console.visit import Visit
from domain.role import Role


def show(visit: Visit) -> Response:
    """Show it."""
    settings = visit.services.settings
    return visit.render("about.html", settings=settings, version=version("osteonode"), now=visit.services.clock.now())


PAGE = Page("about", Role.VIEWER, (Get("/about", show),), icon="info", warms=True)
