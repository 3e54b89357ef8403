"""Models: what reads the images, how it was measured, how long it takes. Each part is a module of model_sections."""

from starlette.responses import Response

from dicom_node.console.page import Get, Page
from dicom_node.console.pages.model_sections import SECTIONS
from dicom_node.console.pages.model_sections.serving_models import ServingModels
from dicom_node.console.section import describe_all
from dicom_node.console.visit import Visit
from domain.role import Role


def show(visit: Visit) -> Response:
    """Show the version of the bundle that reads here; raises ModelError where its files cannot be used."""
    models = ServingModels.of_settings(visit.services.settings.reading)
    return visit.render("models.html", parts=describe_all(SECTIONS, visit, models))


PAGE = Page("models", Role.VIEWER, (Get("/models", show),), icon="models")
