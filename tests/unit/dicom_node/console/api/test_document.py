import json
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from config.settings import Http, Settings
from dicom_node.console.api.problems import PROBLEMS
from dicom_node.console.api.table import ENDPOINTS, write_document
from tests.fakes.api import FakeNode, open_api


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return write_document(Settings(http=Http(port=8080)))


def test_the_document_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    validate(document, cls=OpenAPIV31SpecValidator)


def test_every_route_is_in_the_document_and_the_other_way_round(document: dict[str, Any], tmp_path: Path) -> None:
    routes: Any = open_api(FakeNode(tmp_path)).routes[:-1]  # the last one says what is wrong with other addresses
    served = {(route.path, *(route.methods - {"HEAD"})) for route in routes}
    told = {(path, method.upper()) for path, item in document["paths"].items() for method in item if path[:3] == "/v1"}
    assert served == {(path, method) for path, method in told if method != "SERVERS"}


def test_operations_have_names_of_their_own() -> None:
    names = [endpoint.name for endpoint in ENDPOINTS]
    assert len(names) == len(set(names))


def test_every_problem_of_an_operation_is_told_with_its_media_type(document: dict[str, Any]) -> None:
    read = document["paths"]["/v1/read"]["post"]["responses"]
    statuses = {"200", "401", "403", "413", "415", "422", "429", "500", "503", "504"}
    assert set(read) == statuses
    assert all(set(read[status]["content"]) == {"application/problem+json"} for status in statuses - {"200"})


def test_every_problem_is_had_by_some_operation_or_by_any_address() -> None:
    had = {code for endpoint in ENDPOINTS for code in endpoint.every_problem}
    assert set(PROBLEMS) - had == {"method"}


def test_who_changes_something_is_an_operator() -> None:
    changing = {endpoint.name: endpoint.role.value for endpoint in ENDPOINTS if endpoint.changes}
    assert changing.pop("readImage") == "viewer"  # belongs to no study
    assert set(changing.values()) == {"operator"}


def test_stow_rs_is_told_with_the_address_that_it_listens_at(document: dict[str, Any]) -> None:
    assert document["paths"]["/studies"]["servers"][0]["url"] == "http://127.0.0.1:8080"
    assert "/studies" not in write_document(Settings())["paths"]


def test_the_document_is_json(document: dict[str, Any]) -> None:
    assert json.loads(json.dumps(document)) == document
