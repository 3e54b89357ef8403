"""What a person is told whose times or promises contradict each other."""

import pytest

from config.problems import find_problems
from config.settings import Settings

PACS = {"name": "pacs", "kind": "dicom", "ae_title": "PACS", "host": "pacs", "port": 104}
RIS = {"name": "ris", "kind": "hl7", "host": "ris", "port": 2575}


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({"retention": {"images_days": 100}}, "must not be above documents_days"),
        ({"destination": [RIS | {"commitment": True}]}, "only a destination of kind dicom"),
        ({"sender": [{"ae_title": "DX1", "commitment": {}}]}, "port"),
    ],
)
def test_a_contradiction_is_told_in_words(tables: dict[str, object], words: str) -> None:
    (problem,) = find_problems(tables)
    assert words in str(problem)


def test_an_archive_that_commits_reports_by_the_title_that_is_asked_or_by_its_own() -> None:
    def title(**provider: str) -> str:
        (pacs,) = Settings.model_validate(
            {"destination": [PACS | {"commitment": True, "commitment_provider": provider}]}
        ).destination
        return pacs.reporting_ae_title

    assert title() == "PACS"
    assert title(ae_title="KEEPER") == "KEEPER"
    assert title(ae_title="KEEPER", report_ae_title="VOICE") == "VOICE"
    assert Settings.model_validate({"destination": [PACS]}).destination[0].reporting_ae_title == ""
