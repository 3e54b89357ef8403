from pathlib import Path

import pytest

from config.load import parse_settings
from config.settings import Console
from dicom_node.configuration_ports import CheckedText
from dicom_node.console_process.desks import ConfigurationChecker
from domain.role import Role
from tests.fakes.console import Browser, make_services, open_console
from tests.fakes.desks import FakeConfigurationCheck

SITE = '[console]\nenabled = true\nlocal_role = "administrator"\n[node]\nae_title = "TRAUMA"\n'


def browse(folder: Path, **services: object) -> Browser:
    settings = parse_settings(SITE, subject="the text", folder=folder)
    return Browser(open_console(make_services(settings=settings, **services)))


def test_what_the_file_says_is_told_from_what_is_default(tmp_path: Path) -> None:
    everything, own = (browse(tmp_path).get(f"/configuration{only}").text for only in ("", "?only=file"))
    assert "TRAUMA" in own
    assert "peer_associations" in everything
    assert "peer_associations" not in own


def test_problems_are_listed_and_the_text_stays_to_be_mended(tmp_path: Path) -> None:
    check = FakeConfigurationCheck(CheckedText(problems=("line 1: node.prot: unknown key", "line 2: <b>")))
    page = browse(tmp_path, check_configuration=check).submit(
        "/configuration", "/configuration", {"text": "</textarea>"}
    )
    assert check.asked == ["</textarea>"]
    assert all(words in page.text for words in ("Problems: 2", "unknown key", "line 2: &lt;b&gt;", "&lt;/textarea&gt;"))


def test_a_good_text_says_what_would_hold_and_what_should_be_known(tmp_path: Path) -> None:
    good = CheckedText(toml="[node]\nport = 1\n", comments=("# routes",), remarks=(("this works, but", ("a key",)),))
    browser = browse(tmp_path, check_configuration=FakeConfigurationCheck(good))
    page = browser.submit("/configuration", "/configuration", {"text": "x = 1"}).text
    assert all(words in page for words in ("No problems", "port = 1", "# routes", "this works, but", "a key"))


def test_the_check_is_that_of_the_command_and_keeps_nothing(tmp_path: Path) -> None:
    checked = ConfigurationChecker(tmp_path)("[node]\nprot = 1\nport = 70000\n")
    assert checked.problems[0] == "line 2: node.prot: unknown key; did you mean node.port?"
    assert len(checked.problems) == 2
    assert ConfigurationChecker(tmp_path)("").problems == ()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_only_administrators_see_it(role: Role) -> None:
    browser = Browser(open_console(make_services(Console(enabled=True, local_role=role))))
    assert browser.get("/configuration").status_code == 403
