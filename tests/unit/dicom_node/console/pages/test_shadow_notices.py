"""Shadow mode on the pages: nobody takes what was made in it for something that was sent."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.settings import Console, Settings
from dicom_node.study_ports import Happening, HappeningKind, StudyFile
from domain.role import Role
from domain.study import StudyState
from tests.fakes.arrivals import BEGIN
from tests.fakes.console import Browser, make_services, open_console
from tests.fakes.studies import FakeStudies, make_file, make_row

NODE = "Shadow mode: this node reads and records, and sends nothing to anybody."


def read(page: str, *files: StudyFile, **tables: Any) -> str:
    settings = Settings.model_validate({"console": Console(enabled=True, local_role=Role.OPERATOR), **tables})
    services = make_services(settings=settings, studies=FakeStudies(*files).book())
    return Browser(open_console(services)).get(page, Accept_Language="en").text


@pytest.fixture
def shadowed(tmp_path: Path) -> StudyFile:
    """Give a study whose only version was made in shadow mode."""
    row = make_row(StudyState.SHADOW, deliveries={}, commitments={})
    facts = {"documents": 1, "state": StudyState.SHADOW.value}
    made = Happening(HappeningKind.COMPOSED, BEGIN, 1, facts=facts)
    return replace(make_file(tmp_path, row), happenings=(made,))


@pytest.mark.parametrize("page", ["/today", "/studies", "/models", "/configuration"])
def test_every_page_of_a_node_in_shadow_mode_says_so(page: str) -> None:
    assert NODE in read(page, node={"shadow_mode": True})
    assert "Shadow mode" not in read(page)


def test_a_title_in_shadow_mode_is_named_on_every_page() -> None:
    titles = [{"ae_title": "TRIAL", "shadow_mode": True}]
    assert "Shadow mode for TRIAL:" in read("/today", application_entity=titles)


def test_a_study_of_shadow_mode_says_that_nothing_was_sent(shadowed: StudyFile) -> None:
    text = read("/studies/1.2.3", shadowed)
    assert "in shadow mode: nothing sent" in text
    assert "this is what would have been said. Nothing of it was sent to anybody." in text
    assert "made in shadow mode, never sent" in text
    assert "Answer composed in shadow mode, and sent to nobody" in text


def test_a_list_of_studies_says_it_too(shadowed: StudyFile) -> None:
    assert "in shadow mode: nothing sent" in read("/studies", shadowed)


def test_a_result_that_nobody_has_cannot_be_taken_back_on_the_page(shadowed: StudyFile) -> None:
    assert 'value="retract"' not in read("/studies/1.2.3", shadowed)
