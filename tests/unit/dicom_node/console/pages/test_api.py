import pytest

from dicom_node.console.api.problems import PROBLEMS
from dicom_node.console.api.table import ENDPOINTS
from tests.fakes.console import Browser, open_console


@pytest.fixture
def page() -> str:
    return Browser(open_console()).get("/api").text


def test_every_endpoint_is_described(page: str) -> None:
    for endpoint in ENDPOINTS:
        assert f'id="{endpoint.name}"' in page
        assert f"<code>/v1{endpoint.path}</code>" in page


def test_the_address_of_a_problem_is_where_it_is_explained(page: str) -> None:
    for code, kind in PROBLEMS.items():
        assert f'<tr id="{code}">' in page
        assert kind.remedy.replace("`", "") in page


def test_what_an_operation_takes_is_told_with_its_meaning(page: str) -> None:
    assert "Most studies of a page." in page
    assert "<code>version</code> (required)" in page
    assert "multipart/form-data" in page


def test_nothing_is_fetched_from_elsewhere(page: str) -> None:
    assert 'src="http' not in page
    assert 'href="http' not in page
