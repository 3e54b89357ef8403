"""Every endpoint of the API, once."""

from collections.abc import Sequence
from typing import Any, Final

from starlette.responses import JSONResponse, Response

from config.settings import Settings
from dicom_node.console.api import actions, put_aside, reading, studies, surroundings
from dicom_node.console.api.document import describe
from dicom_node.console.api.endpoint import Call, Endpoint


def show_document(call: Call) -> Response:
    """Return the OpenAPI document."""
    return JSONResponse(write_document(call.settings))


def write_document(settings: Settings) -> dict[str, Any]:
    """Return the OpenAPI document of a node."""
    return describe(ENDPOINTS, _stow_address(settings))


def _stow_address(settings: Settings) -> str | None:
    """Return where STOW-RS listens, None where it does not."""
    http = settings.http
    if http is None:
        return None
    host = f"[{http.bind}]" if ":" in http.bind else http.bind
    return f"{'https' if http.tls else 'http'}://{host}:{http.port}"


ENDPOINTS: Final[Sequence[Endpoint]] = (
    *studies.ENDPOINTS,
    *actions.ENDPOINTS,
    *put_aside.ENDPOINTS,
    *reading.ENDPOINTS,
    *surroundings.ENDPOINTS,
    Endpoint("GET", "/openapi.json", "showDocument", "This document.", "surroundings", show_document, role=None),
)
