"""STOW-RS as the document tells of it: it listens at an address of its own (PS3.18 10.5), with clients of its own."""

from typing import Any, Final

_TEXT: Final = {"text/plain": {"schema": {"type": "string"}}}
_STORED: Final = {"application/dicom+json": {"schema": {"type": "object"}}}
_ANSWERS: Final = {
    "200": ("Every instance is stored.", _STORED),
    "202": ("Some instances are stored; the response says which not, and why.", _STORED),
    "400": ("The body is not what its header says.", _TEXT),
    "401": ("No such client, or another password.", _TEXT),
    "403": ("Nobody may post from this address.", _TEXT),
    "406": ("Answers are DICOM JSON or XML.", _TEXT),
    "408": ("The body came too slowly.", _TEXT),
    "409": ("No instance was stored; the response says why.", _STORED),
    "413": ("The body is larger than is taken.", _TEXT),
    "415": ("Another media type than DICOM.", _TEXT),
    "500": ("A fault of this software.", _TEXT),
    "503": ("Too many requests at once, or the node stops.", _TEXT),
    "507": ("There is no room on the disk.", _STORED),
}


def describe(address: str) -> dict[str, Any]:
    """Return the paths of STOW-RS at `address`, for the document."""
    return {
        f"/studies{path}": {
            "servers": [{"url": address, "description": "The listener of [http], not the console."}],
            "post": _operation(name, parameters),
        }
        for path, name, parameters in (("", "storeInstances", []), ("/{study}", "storeInstancesOfStudy", [_STUDY]))
    }


_STUDY: Final = {
    "name": "study",
    "in": "path",
    "required": True,
    "description": "Study Instance UID that every instance must have.",
    "schema": {"type": "string"},
}


def _operation(name: str, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": "Send instances (STOW-RS); they are answered as those of C-STORE are.",
        "description": "Clients are those of [[http_client]], known by address, password or token; the tokens of the "
        "console are not known there.",
        "tags": ["images"],
        "security": [],
        "parameters": parameters,
        "requestBody": {
            "required": True,
            "content": {
                'multipart/related; type="application/dicom"': {"schema": {"type": "string", "format": "binary"}},
                "application/dicom": {"schema": {"type": "string", "format": "binary"}},
            },
        },
        "responses": {
            status: {"description": words, "content": content} for status, (words, content) in _ANSWERS.items()
        },
    }
