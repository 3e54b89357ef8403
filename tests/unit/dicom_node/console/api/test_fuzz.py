"""The application against its own document: schemathesis makes calls of it, good ones and bad ones, always the same."""

from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import sampled_from
from pydicom.errors import InvalidDicomError
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.settings import Settings
from config.uploads import Uploads
from dicom_node.console.api.endpoint import PREFIX, Endpoint
from dicom_node.console.api.table import ENDPOINTS
from dicom_node.ports import ReadImage
from domain.errors import MalformedInstance
from inference.header import DAMAGE
from tests.fakes.api import FakeNode, make_file, open_api
from tests.fakes.image_desk import FakeDesk
from tests.fakes.light_reader import LightReader, failed_reading

_CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


_STILL = settings(
    max_examples=10, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


class SturdyReader(LightReader):
    """Says of what is no image what the real one says."""

    def read(self, path: Path, *, evidence_folder: Path) -> ReadImage:
        try:
            return super().read(path, evidence_folder=evidence_folder)
        except (InvalidDicomError, MalformedInstance, *DAMAGE):
            return ReadImage(failed_reading("", "", "not-dicom"))


@pytest.fixture(scope="module")
def operations(tmp_path_factory: pytest.TempPathFactory) -> schemathesis.BaseSchema:
    desk = FakeDesk(SturdyReader())
    node = FakeNode(tmp_path_factory.mktemp("spool"), desk)
    node.quarantine.lying = [make_file(number) for number in range(1, 2000)]
    application = open_api(node, settings=Settings(uploads=Uploads(image_mib=1)))
    return schemathesis.openapi.from_asgi("/v1/openapi.json", application)


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_every_answer_is_one_that_the_document_tells_of(
    operations: schemathesis.BaseSchema, endpoint: Endpoint, mode: GenerationMode
) -> None:
    operation = operations[PREFIX + endpoint.path][endpoint.method]

    @_STILL
    @given(operation.as_strategy(generation_mode=mode), sampled_from(["operator", "operator", "viewer", "nobody"]))
    def call(case: schemathesis.Case, token: str) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=_CHECKS)

    try:
        call()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE  # nothing to get wrong where nothing is sent
