"""The OpenAPI document (3.1), made of the table of endpoints: what is not there is neither served nor described."""

from collections.abc import Iterable, Sequence
from importlib.metadata import version
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from dicom_node.console.api import stow
from dicom_node.console.api.endpoint import PREFIX, Endpoint
from dicom_node.console.api.problems import MEDIA_TYPE, PROBLEMS, ProblemBody
from dicom_node.console.api.reading import IMAGE_BODIES

_REFERENCE: Final = "#/components/schemas/{model}"
_Json = dict[str, Any]

INTRODUCTION: Final = (
    "Studies, what may be done with them, and the reading of single images. Send `Authorization: Bearer TOKEN`. What "
    "goes wrong is `application/problem+json` (RFC 9457) with a stable `code` and the next step in `remedy`. Within a "
    "version keys and addresses are only ever added. Every time is in UTC. Nothing here is a diagnosis."
)


def describe(endpoints: Sequence[Endpoint], stow_address: str | None = None) -> _Json:
    """Return the document.

    Args:
        stow_address: where STOW-RS listens, None where it does not.
    """
    models = {model for each in endpoints for model in (each.answers, each.body, each.query) if model is not None}
    schemas = _schemas(models | {ProblemBody})
    paths: dict[str, _Json] = {}
    for each in endpoints:
        paths.setdefault(PREFIX + each.path, {})[each.method.lower()] = _operation(each, schemas)
    if stow_address:
        paths |= stow.describe(stow_address)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Osteonode", "version": version("osteonode"), "description": INTRODUCTION},
        "servers": [{"url": "/"}],
        "tags": [{"name": name} for name in dict.fromkeys(each.tag for each in endpoints)],
        "paths": paths,
        "components": {
            "schemas": {name: schema for name, schema in schemas.items() if not _is_query(name, endpoints)},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _schemas(models: Iterable[type[BaseModel]]) -> dict[str, _Json]:
    wanted = [(model, "validation") for model in sorted(models, key=lambda model: model.__name__)]
    _names, document = models_json_schema(wanted, ref_template=_REFERENCE)  # type: ignore[arg-type] # literal
    return dict(document["$defs"])


def _is_query(name: str, endpoints: Sequence[Endpoint]) -> bool:
    """Return whether a schema is told as parameters, and nowhere else."""
    return any(each.query is not None and each.query.__name__ == name for each in endpoints)


def _operation(endpoint: Endpoint, schemas: dict[str, _Json]) -> _Json:
    words = [endpoint.description] if endpoint.description else []
    words += [f"Least role: {endpoint.role.value}."] if endpoint.role else ["Needs no token."]
    operation: _Json = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "description": " ".join(words),
        "tags": [endpoint.tag],
        "security": [{"token": []}] if endpoint.role else [],
        "responses": {"200": _answer(endpoint), **_problems(endpoint)},
    }
    parameters = [*_path_parameters(endpoint), *_query_parameters(endpoint, schemas)]
    if parameters:
        operation["parameters"] = parameters
    if endpoint.body is not None:
        content = {"application/json": {"schema": _refer(endpoint.body)}}
        operation["requestBody"] = {"required": True, "content": content}
    if endpoint.takes_image:
        operation["requestBody"] = {"required": True, "content": IMAGE_BODIES}
    return operation


def _answer(endpoint: Endpoint) -> _Json:
    schema = _refer(endpoint.answers) if endpoint.answers is not None else {}
    return {"description": endpoint.summary, "content": {endpoint.media_type: {"schema": schema}}}


def _problems(endpoint: Endpoint) -> _Json:
    by_status: dict[int, list[str]] = {}
    for code in endpoint.every_problem:
        by_status.setdefault(PROBLEMS[code].status, []).append(code)
    content = {MEDIA_TYPE: {"schema": _refer(ProblemBody)}}
    return {
        str(status): {"description": "; ".join(f"{code}: {PROBLEMS[code].title}" for code in codes), "content": content}
        for status, codes in sorted(by_status.items())
    }


def _path_parameters(endpoint: Endpoint) -> list[_Json]:
    return [
        {"name": name, "in": "path", "required": True, "description": each.description, "schema": dict(each.schema)}
        for name, each in endpoint.parameters.items()
    ]


def _query_parameters(endpoint: Endpoint, schemas: dict[str, _Json]) -> list[_Json]:
    if endpoint.query is None:
        return []
    properties = schemas[endpoint.query.__name__].get("properties", {})
    return [
        {
            "name": name,
            "in": "query",
            "required": False,
            "description": schema.get("description", ""),
            "schema": {key: value for key, value in schema.items() if key != "description"},
        }
        for name, schema in properties.items()
    ]


def _refer(model: type[BaseModel]) -> _Json:
    return {"$ref": _REFERENCE.format(model=model.__name__)}
