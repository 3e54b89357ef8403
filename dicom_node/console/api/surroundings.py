"""What the node works with: destinations and models; and whether it is well."""

from importlib.metadata import version
from typing import Final

from dicom_node.console.api.answers import DestinationsBody, HealthBody, ModelsBody
from dicom_node.console.api.endpoint import Call, Endpoint
from dicom_node.study_ports import StudyQuery
from domain.errors import LedgerError


def list_destinations(call: Call) -> DestinationsBody:
    """Return how each destination answers."""
    return DestinationsBody(destinations=tuple(call.parts.destinations()))


def list_models(call: Call) -> ModelsBody:
    """Return the models that read."""
    return call.parts.models()


def tell_health(call: Call) -> HealthBody:
    """Return whether the console can work."""
    ledger, readers = _ledger_answers(call), call.parts.desk.is_open()
    return HealthBody(
        status="ok" if ledger and readers else "degraded", version=version("osteonode"), ledger=ledger, readers=readers
    )


def _ledger_answers(call: Call) -> bool:
    try:
        call.parts.studies.search(StudyQuery(limit=1))
    except LedgerError:
        return False
    return True


ENDPOINTS: Final = (
    Endpoint(
        "GET",
        "/destinations",
        "listDestinations",
        "How each destination answers, and what waits for it.",
        "surroundings",
        list_destinations,
        answers=DestinationsBody,
    ),
    Endpoint(
        "GET",
        "/models",
        "listModels",
        "The models that read, with versions, hashes and operating points.",
        "surroundings",
        list_models,
        answers=ModelsBody,
        problems=("readers-busy",),
    ),
    Endpoint(
        "GET",
        "/health",
        "tellHealth",
        "Whether the console can work: the ledger answers, and single images are read.",
        "surroundings",
        tell_health,
        answers=HealthBody,
        role=None,
    ),
)
