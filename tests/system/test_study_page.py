"""A study goes through a whole node, and the console tells its story and takes it back: pages on the real ledger."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from dicom_node.console_process.access_parts import make_access
from dicom_node.console_process.composition import make_console
from dicom_node.ledger.database import database_url, open_engine
from dicom_node.ledger.study_entries import StudyEntries
from dicom_node.ledger.study_files import StudyFiles
from dicom_node.study_ports import HappeningKind
from tests.fakes.console import Browser
from tests.fakes.hospital import draw_study, wait_until
from tests.system.test_service import Hospital

pytestmark = pytest.mark.system

FLOW = [HappeningKind.RECEIVED, HappeningKind.READ, HappeningKind.COMPLETE, HappeningKind.COMPOSED]


@pytest.fixture
def hospital(tmp_path: Path) -> Iterator[Hospital]:
    hospital = Hospital(tmp_path)
    hospital.node.start()
    yield hospital
    for each in (hospital.node, hospital.archive, hospital.ris):
        each.stop()


@pytest.fixture
def engine(hospital: Hospital) -> Iterator[Engine]:
    engine = open_engine(database_url(hospital.settings.node.data))
    yield engine
    engine.dispose()


@pytest.fixture
def browser(hospital: Hospital, engine: Engine) -> Browser:
    return Browser(make_console(hospital.settings, engine, make_access(hospital.settings, engine)))


def links(text: str, end: str) -> list[str]:
    """Return the addresses on a page that end so, each once."""
    return list(dict.fromkeys(re.findall(rf'(?:href|src)="(/studies/[^"]*{end})"', text)))


def test_a_study_is_found_told_shown_and_taken_back(hospital: Hospital, engine: Engine, browser: Browser) -> None:
    uid = hospital.send(1)
    wait_until(lambda: len(hospital.ris.messages) == 1 and not hospital.unfinished())
    StudyEntries(engine, hospital.settings.node.data).note()

    number = str(draw_study(1)[0].AccessionNumber)
    assert f'href="/studies/{uid}"' in browser.get(f"/studies?q={number}").text
    page = browser.get(f"/studies/{uid}").text
    assert page.count('class="rail-done"') == 5  # nobody was asked to commit
    (first, *_others) = links(page, r"images/[0-9.]+")
    assert browser.get(first).content.startswith(b"\xff\xd8")
    assert "OBX" in browser.get(links(page, "message")[0]).text
    assert "Imaging Measurement Report" in browser.get(links(page, "report")[0]).text
    assert browser.get(links(page, "picture")[0]).content.startswith(b"\x89PNG")
    assert browser.get(links(page, "file")[0]).headers["Content-Type"].startswith("application/")

    retract = {"action": "retract", "code": "wrong-side", "reason": "the other hand"}
    assert browser.submit(f"/studies/{uid}", f"/studies/{uid}/act", retract).status_code == 303
    wait_until(lambda: len(hospital.ris.messages) == 2 and not hospital.unfinished())
    file = StudyFiles(engine, hospital.settings.node.data).file(uid)
    assert file is not None
    told = [each.kind for each in file.happenings]
    assert [kind for kind in told if kind in FLOW][:4] == FLOW
    assert told.count(HappeningKind.DELIVERED) == 4
    (retracted,) = (each for each in file.happenings if each.kind is HappeningKind.RETRACTED)
    assert (retracted.version, retracted.by, retracted.words) == (2, "local", "the other hand")
    assert file.findings is None
