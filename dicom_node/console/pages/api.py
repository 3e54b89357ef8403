"""The HTTP API, to be read: made of the same document that programs get."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from dicom_node.console.api.problems import PAGE as HERE
from dicom_node.console.api.problems import PROBLEMS
from dicom_node.console.api.table import write_document
from dicom_node.console.page import Get, Page
from dicom_node.console.visit import Visit
from domain.role import Role


@dataclass(frozen=True, slots=True)
class Given:
    """One value that a call takes.

    Attributes:
        place: "path", "query" or "body".
        kind: its type in few words.
    """

    name: str
    place: str
    kind: str
    is_required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the document; `server` is where it is, empty for this console."""

    method: str
    path: str
    told: Mapping[str, Any]
    given: Sequence[Given]
    bodies: Sequence[str]
    server: str = ""


def show(visit: Visit) -> Response:
    """Show it."""
    document = write_document(visit.services.settings)
    operations = list(find_operations(document))
    tags = {tag: [each for each in operations if tag in each.told["tags"]] for tag in _tags(operations)}
    return visit.render("api.html", introduction=document["info"]["description"], tags=tags, problems=PROBLEMS)


def find_operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    """Give the operations of an OpenAPI document."""
    schemas = document["components"]["schemas"]
    for path, item in document["paths"].items():
        server = item["servers"][0]["url"] if "servers" in item else ""
        for method, told in item.items():
            if method != "servers":
                content = told.get("requestBody", {}).get("content", {})
                given = [*_parameters(told), *_fields(content, schemas)]
                yield Operation(method.upper(), path, told, given, list(content), server)


def _tags(operations: Sequence[Operation]) -> list[str]:
    return list(dict.fromkeys(tag for each in operations for tag in each.told["tags"]))


def _parameters(told: Mapping[str, Any]) -> Iterator[Given]:
    for each in told.get("parameters", ()):
        yield Given(each["name"], each["in"], _kind(each["schema"]), each["required"], each.get("description", ""))


def _fields(content: Mapping[str, Any], schemas: Mapping[str, Any]) -> Iterator[Given]:
    reference = content.get("application/json", {}).get("schema", {}).get("$ref", "")
    schema = schemas.get(reference.rpartition("/")[2], {})
    for name, each in schema.get("properties", {}).items():
        yield Given(name, "body", _kind(each), name in schema.get("required", ()), each.get("description", ""))


def _kind(schema: Mapping[str, Any]) -> str:
    """Return the type of a schema in few words."""
    if "anyOf" in schema:
        return " | ".join(_kind(each) for each in schema["anyOf"] if each.get("type") != "null")
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    return str(schema.get("format") or schema.get("type", ""))


PAGE = Page("api", Role.VIEWER, (Get(HERE, show),))
