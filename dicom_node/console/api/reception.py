"""What a call brought along, checked against the models of its endpoint."""

import re
from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request

from dicom_node.console.api.endpoint import Endpoint, Parameter
from dicom_node.console.api.problems import Problem
from dicom_node.console.serving import bounded

_JSON: Final = "application/json"
#: Longest JSON body, in bytes: a reason and a few words.
MOST_JSON_BYTES: Final = 64 * 1024


async def read_query(endpoint: Endpoint, request: Request) -> BaseModel | None:
    """Return what stands behind the question mark. Raises Problem."""
    given = request.query_params
    if len(given.multi_items()) > len(given):
        raise Problem("invalid-request", "a name stands twice behind the question mark")
    if endpoint.query is None:
        if given:
            raise Problem("invalid-request", "nothing may stand behind the question mark here")
        return None
    return _check(endpoint.query, dict(given))


async def read_body(endpoint: Endpoint, request: Request) -> BaseModel | None:
    """Return the JSON body, None where the endpoint takes none. Raises Problem."""
    if endpoint.body is None:
        return None
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _JSON:
        raise Problem("media-type", f"this address takes {_JSON}")
    try:
        content = await Request(request.scope, bounded(request.receive, MOST_JSON_BYTES)).body()
    except HTTPException:
        raise Problem("too-large", f"this address takes at most {MOST_JSON_BYTES} bytes") from None
    try:
        return endpoint.body.model_validate_json(content, strict=True)
    except ValidationError as error:
        raise _explain(error) from None


def check_path(endpoint: Endpoint, request: Request) -> None:
    """Raise Problem where a part of the address is not what it may be."""
    for name, parameter in endpoint.parameters.items():
        if not _fits(str(request.path_params[name]), parameter):
            raise Problem("invalid-request", f"{name} is not what it may be: {parameter.description}")


def _fits(value: str, parameter: Parameter) -> bool:
    schema: Mapping[str, Any] = parameter.schema
    if schema["type"] == "integer":
        return value.isascii() and value.isdigit() and schema["minimum"] <= int(value[:17]) <= schema["maximum"]
    return re.fullmatch(schema["pattern"], value) is not None


def _check(model: type[BaseModel], values: Mapping[str, Any]) -> BaseModel:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise _explain(error) from None


def _explain(error: ValidationError) -> Problem:
    """Return what is wrong, by the names of the model; what was sent is not repeated: it may be anything."""
    known = {"missing": "is missing", "extra_forbidden": "is not known here"}
    told = []
    for fault in error.errors(include_input=False, include_url=False, include_context=False)[:5]:
        place = ".".join(map(str, fault["loc"])) if fault["type"] != "extra_forbidden" else "a name that was sent"
        told.append(f"{place or 'the body'}: {known.get(fault['type'], fault['msg'])}")
    return Problem("invalid-request", "; ".join(told)[:500])
