import json
from urllib.parse import quote

import pytest

from dicom_node.console.notices import Notice, from_cookie
from tests.fakes.console import Browser, open_console


def test_a_notice_goes_through_a_cookie_and_back() -> None:
    notice = Notice("parts.page", {"number": 3, "who": 'a; "b" ü'}, "bad")
    assert from_cookie(notice.to_cookie()) == notice


def test_a_long_reason_in_arabic_arrives() -> None:
    notice = Notice("study.refused", {"why": "سبب طويل " * 40})
    assert from_cookie(notice.to_cookie()) == notice


@pytest.mark.parametrize(
    "value",
    [
        "",
        "x",
        quote(json.dumps([])),
        quote(json.dumps({"key": "parts.none"})),
        quote(json.dumps({"key": "parts.none", "values": {}, "tone": "<b>"})),
        quote(json.dumps({"key": "parts.none", "values": {"a": "x" * 4000}, "tone": "good"})),
    ],
)
def test_what_somebody_else_wrote_is_no_notice(value: str) -> None:
    assert from_cookie(value) is None


def test_it_is_shown_once_and_never_as_markup() -> None:
    browser = Browser(open_console())
    cookie = Notice("parts.page", {"number": "<script>"}).to_cookie()
    browser.cookies.set("osteonode_notice", cookie, domain="localhost.local")
    assert "Page &lt;script&gt;" in browser.get("/about").text
    assert "Page &lt;script&gt;" not in browser.get("/about").text


def test_a_notice_without_its_values_breaks_no_page() -> None:
    browser = Browser(open_console())
    browser.cookies.set("osteonode_notice", Notice("parts.page").to_cookie(), domain="localhost.local")
    assert browser.get("/about").status_code == 200
