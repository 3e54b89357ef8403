"""A person at the console in a real browser; what the browser complains of is kept, and nobody else may be asked."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, StorageState, ViewportSize

from tests.system.console_site import PASSWORD, USER, ConsoleSite

DESKTOP_PX, PHONE_PX = (1280, 900), (390, 844)
_PATIENCE_MILLISECONDS = 20_000
_MOST_TABS = 80
#: What has the focus is called, by its label or its own words, and whether an outline shows it.
_FOCUSED = """() => {
  const it = document.activeElement;
  const label = it.labels && it.labels.length ? it.labels[0].textContent : "";
  const name = [it.getAttribute("aria-label"), label, it.textContent].filter(Boolean).join(" ");
  return { name: name.trim(), outlined: getComputedStyle(it).outlineStyle !== "none" };
}"""


#: What is written in English in a page of another language, outside of what says that it is English: three words of
#: lower case in a row, in a text or in what is read out for a picture or a field.
_ENGLISH = """() => {
  const found = [];
  const look = (text) => {
    if (/\\b[a-z]{2,}[,;:]? [a-z]{2,}[,;:]? [a-z]{2,}/.test(text ?? "")) found.push(text.trim());
  };
  for (const it of document.body.querySelectorAll("*")) {
    if (it.closest("[lang=en], script, style, .code, code, pre")) continue;
    for (const name of ["title", "aria-label", "alt", "placeholder"]) look(it.getAttribute(name));
    for (const child of it.childNodes) if (child.nodeType === Node.TEXT_NODE) look(child.textContent);
  }
  return found;
}"""


@dataclass
class ConsoleVisitor:
    """One browser window.

    Attributes:
        complaints: errors and warnings of the browser's console, exceptions of scripts, and requests to anybody else.
    """

    site: ConsoleSite
    page: Page
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Keep complaints from now on."""
        self.page.on(
            "console",
            lambda message: self.complaints.append(message.text) if message.type in ("error", "warning") else None,
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self._judge(request.url))

    def _judge(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.netloc != urlsplit(self.site.url).netloc:
            self.complaints.append(f"asked {parts.netloc}")

    def go(self, path: str) -> None:
        """Open a page of the console."""
        self.page.goto(self.site.url + path)

    def log_in(self) -> None:
        """Log in as the administrator of the site."""
        self.go("/login")
        self.page.get_by_label("Name").fill(USER)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.locator("main").get_by_role("button").click()
        self.page.wait_for_url(lambda url: "/login" not in url)

    def press_enter_and_leave(self, url: str | Callable[[str], bool]) -> None:
        """Press the Enter key where that leads to another page, and let it go there.

        The browser says that a key was let go on the page that has the focus then; a page that is on its way out may
        say nothing any more, and who waits for its word waits for ever.
        """
        self.page.keyboard.down("Enter")
        self.page.wait_for_url(url)
        self.page.keyboard.up("Enter")

    def press_tab_until(self, name: str) -> None:
        """Go on by the tabulator key alone until something with this name has the focus, and shows that it has."""
        for _ in range(_MOST_TABS):
            self.page.keyboard.press("Tab")
            focused = self.page.evaluate(_FOCUSED)
            if name in focused["name"]:
                assert focused["outlined"], f"nobody sees that {name} has the focus"
                return
        raise AssertionError(f"the tabulator key does not lead to {name}")

    def find_barriers(self, *rules: str) -> list[str]:
        """Return what axe finds against WCAG A and AA and its best practices, with the elements; by all its rules."""
        options = {"runOnly": list(rules)} if rules else None
        found = Axe().run(self.page, options=options).response["violations"]
        return [f"{each['id']}: {[node['html'][:160] for node in each['nodes']]}" for each in found]

    def find_english(self) -> list[str]:
        """Return the English sentences of the page that do not say that they are English."""
        found: list[str] = self.page.evaluate(_ENGLISH)
        return found

    @property
    def scrolls_sideways(self) -> bool:
        """Whether the page is wider than the window."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


@contextmanager
def visit(
    browser: Browser,
    site: ConsoleSite,
    *,
    size_px: tuple[int, int] = DESKTOP_PX,
    theme: Literal["light", "dark"] = "light",
    session: StorageState | None = None,
) -> Iterator[ConsoleVisitor]:
    """Give a window of its own; whatever the browser complained of fails the test at its end.

    Args:
        session: of who has logged in before; None for nobody.
    """
    viewport = ViewportSize(width=size_px[0], height=size_px[1])
    with browser.new_context(viewport=viewport, color_scheme=theme, locale="en-GB", storage_state=session) as context:
        page = context.new_page()
        page.set_default_timeout(_PATIENCE_MILLISECONDS)
        visitor = ConsoleVisitor(site, page)
        visitor.watch()
        yield visitor
        assert visitor.complaints == []
