"""The console in a real browser: what a person does, what a screen reader meets, and what a phone shows."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, StorageState, expect

from config.load import load_settings
from dicom_node.console.pages import PAGES
from dicom_node.demo_peers.archive import Archive
from dicom_node.openings import open_ledger
from domain.delivery import DeliveryState
from tests.peers.browser import open_browser
from tests.system.console_site import MODALITY, PASSWORD, USER, ConsoleSite, run_console_site, wait_until
from tests.system.console_visitor import PHONE_PX, ConsoleVisitor, visit

pytestmark = [pytest.mark.peer("chromium"), pytest.mark.system, pytest.mark.slow, pytest.mark.timeout(240)]
SHOWN = tuple(page.path for page in PAGES if page.icon)
WRIST, CHEST = "wrist-fracture", "chest"
#: The models that read uploads are loaded when the first one comes.
_READ_MILLISECONDS = 150_000
expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleSite]:
    with run_console_site(tmp_path_factory.mktemp("site"), (WRIST, CHEST)) as site:
        yield site


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def session(browser: Browser, site: ConsoleSite) -> StorageState:
    with visit(browser, site) as visitor:
        visitor.log_in()
        return visitor.page.context.storage_state()


@pytest.fixture
def visitor(browser: Browser, site: ConsoleSite, session: StorageState) -> Iterator[ConsoleVisitor]:
    with visit(browser, site, session=session) as visitor:
        yield visitor


def test_who_is_not_logged_in_is_asked_to_and_comes_back_to_what_was_asked_for(
    browser: Browser, site: ConsoleSite
) -> None:
    with visit(browser, site) as visitor:
        visitor.go("/peers")
        assert "/login" in visitor.page.url
        visitor.page.get_by_label("Name").fill("ada")
        visitor.page.get_by_label("Password").fill("not the password")
        visitor.page.get_by_role("button", name="Log in").click()
        expect(visitor.page.get_by_role("alert").first).to_be_visible()
        assert visitor.find_barriers() == []
        visitor.complaints.clear()  # the browser says that it was answered 401


def test_nothing_keeps_anybody_from_any_page(visitor: ConsoleVisitor) -> None:
    barriers = {}
    for path in SHOWN:
        visitor.go(path)
        barriers[path] = visitor.find_barriers()
    assert {path: found for path, found in barriers.items() if found} == {}


def test_in_the_dark_everything_has_its_contrast(browser: Browser, site: ConsoleSite, session: StorageState) -> None:
    with visit(browser, site, theme="dark", session=session) as visitor:
        barriers = {}
        for path in SHOWN:
            visitor.go(path)
            barriers[path] = visitor.find_barriers("color-contrast")
        assert {path: found for path, found in barriers.items() if found} == {}


@pytest.mark.parametrize("language", ["English", "العربية"])
def test_no_page_scrolls_sideways_on_a_phone_and_each_speaks_one_language(
    browser: Browser, site: ConsoleSite, session: StorageState, language: str
) -> None:
    with visit(browser, site, size_px=PHONE_PX, session=session) as visitor:
        visitor.go(SHOWN[0])
        if (button := visitor.page.get_by_role("button", name=language)).count():
            button.click()
        wide, english = [], []
        for path in (*SHOWN, f"/studies/{site.studies[WRIST]}", "/account"):
            visitor.go(path)
            wide += [path] if visitor.scrolls_sideways else []
            english += [(path, text) for text in visitor.find_english() if language != "English"]
        assert wide == []
        assert english == []


def test_a_study_is_found_by_its_number_and_its_history_read(visitor: ConsoleVisitor, site: ConsoleSite) -> None:
    visitor.go("/studies")
    search = visitor.page.get_by_role("searchbox").first
    search.fill("DEMO-A-1001")
    search.press("Enter")
    visitor.page.get_by_role("link", name="DEMO-A-1001").click()
    assert visitor.page.url.endswith(site.studies[WRIST])
    main = visitor.page.get_by_role("main")
    for step in ("Received from", MODALITY, "Read", "Delivered to", "archive", "held, waits for a person"):
        expect(main).to_contain_text(step)
    expect(main).to_contain_text("not a diagnosis")
    assert visitor.find_barriers() == []


def test_without_a_mouse_somebody_logs_in_and_holds_a_study(browser: Browser, site: ConsoleSite) -> None:
    study = site.studies[CHEST]
    with visit(browser, site) as visitor:
        visitor.go(f"/studies/{study}")
        for field, value in (("Name", USER), ("Password", PASSWORD)):
            visitor.press_tab_until(field)
            visitor.page.keyboard.type(value)
        visitor.press_enter_and_leave(f"**/studies/{study}")
        visitor.press_tab_until("Hold")
        visitor.page.keyboard.press("Enter")
        visitor.press_tab_until("Why")
        visitor.page.keyboard.type("the RIS is moved tonight")
        visitor.press_tab_until("Hold")
        with visitor.page.expect_navigation():
            visitor.page.keyboard.down("Enter")
        visitor.page.keyboard.up("Enter")
        wait_until(lambda: state_of(site, study, "ris") is DeliveryState.HELD)


def test_the_language_changes_to_arabic_from_right_to_left_and_back(visitor: ConsoleVisitor) -> None:
    visitor.go("/quarantine")
    visitor.page.get_by_role("button", name="العربية").click()
    expect(visitor.page.locator("html")).to_have_attribute("dir", "rtl")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("الحجر")
    assert visitor.page.url.endswith("/quarantine")
    visitor.page.get_by_role("button", name="English").click()
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Quarantine")


def test_a_page_is_told_what_happens_and_asks_only_then(visitor: ConsoleVisitor, site: ConsoleSite) -> None:
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url.removeprefix(site.url)))
    visitor.go("/audit")  # it renews nothing of itself, and still shows what waits
    waiting = visitor.page.locator('[data-waiting="quarantine"] b')
    expect(waiting).to_have_text("1")
    (site.folder / "inbox" / "second.dcm").write_bytes(b"This is no DICOM file, either.")
    expect(waiting).to_have_text("2")
    assert [path for path in asked if not path.startswith("/static")] == ["/audit", "/live?topic="]


def test_a_history_grows_before_ones_eyes(visitor: ConsoleVisitor, site: ConsoleSite) -> None:
    study = site.studies[WRIST]
    visitor.go(f"/studies/{study}")
    expect(visitor.page.locator("body[data-listening]")).to_be_attached()
    opened = open_ledger(load_settings(site.folder / "site.toml"))
    opened.interventions.hold(study, "ris")
    opened.close()
    held = visitor.page.locator("#standing .sent-one", has_text="ris")
    expect(held).to_contain_text("held")


def test_a_dead_letter_is_sent_again_when_its_archive_is_back(visitor: ConsoleVisitor, site: ConsoleSite) -> None:
    study = site.studies[CHEST]
    archive = Archive(site.folder / "pacs", port=site.pacs_port)
    archive.start()
    try:
        visitor.go("/dead-letters")
        visitor.page.get_by_role("checkbox", name=study).check()
        visitor.page.get_by_role("button", name="Send the chosen again").click()
        expect(visitor.page.get_by_role("status").first).to_contain_text("Sent again: 1")
        expect(visitor.page.get_by_role("checkbox", name=study)).to_have_count(0)
        wait_until(lambda: state_of(site, study, "pacs") is DeliveryState.DELIVERED)
    finally:
        archive.stop()


def test_a_file_in_quarantine_is_discarded_with_a_reason(visitor: ConsoleVisitor) -> None:
    visitor.go("/quarantine")
    visitor.page.get_by_role("checkbox").first.check()
    visitor.page.get_by_text("Discard the chosen files").click()
    visitor.page.get_by_label("Reason").fill("a letter, and no image")
    visitor.page.get_by_role("button", name="Discard for good").click()
    expect(visitor.page.get_by_role("status").first).to_contain_text("Files discarded: 1")
    expect(visitor.page.get_by_text("a letter, and no image")).to_be_visible()


def test_a_peer_that_is_away_is_told_with_what_to_change(visitor: ConsoleVisitor) -> None:
    visitor.go("/peers")
    card = visitor.page.locator("#peer-pacs")
    card.get_by_role("button", name="Check now").click()
    expect(card.locator(".findings")).to_contain_text("check that the peer runs")
    assert visitor.find_barriers() == []


def test_a_pasted_configuration_is_checked_and_the_text_stays(visitor: ConsoleVisitor) -> None:
    visitor.go("/configuration")
    visitor.page.get_by_label("Configuration text").fill("[node]\nprot = 1\n")
    visitor.page.get_by_role("button", name="Check it").click()
    expect(visitor.page.get_by_role("alert").first).to_contain_text("did you mean node.port?")
    expect(visitor.page.get_by_label("Configuration text")).to_have_value("[node]\nprot = 1\n")
    assert visitor.find_barriers() == []


def state_of(site: ConsoleSite, study: str, destination: str) -> DeliveryState | None:
    """Return the state of the last delivery of a study to a destination."""
    opened = open_ledger(load_settings(site.folder / "site.toml"))
    history = opened.view.history(study)
    opened.close()
    states = [each.state for each in history.deliveries if each.destination == destination] if history else []
    return states[-1] if states else None


def test_an_image_is_uploaded_and_read(visitor: ConsoleVisitor, site: ConsoleSite) -> None:
    visitor.go("/uploads")
    visitor.page.locator("#images").set_input_files(site.image)
    visitor.page.locator("form.drop button").click()
    expect(visitor.page.locator("section.finding")).to_be_visible(timeout=_READ_MILLISECONDS)
    expect(visitor.page.locator("figure img").first).to_be_visible()
    assert visitor.find_barriers() == []
