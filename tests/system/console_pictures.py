"""Pictures of the console for the documentation: python -m tests.system.console_pictures FOLDER."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal

from PIL import Image
from playwright.sync_api import Page

from tests.peers.browser import open_browser
from tests.system.console_site import ConsoleSite, run_console_site
from tests.system.console_visitor import DESKTOP_PX, PHONE_PX, visit

STUDIES: Final = ("wrist-fracture", "knee-normal", "chest")
#: So wide a picture stands in the documentation.
WIDTH_PX: Final = 960
_DECODE: Final = "Promise.all([...document.images].filter(it => it.complete).map(it => it.decode()))"


@dataclass(frozen=True)
class Picture:
    """One page as somebody sees it; `path` may name the drawn wrist."""

    name: str
    path: str
    theme: Literal["light", "dark"] = "light"
    is_phone: bool = False
    prepare: Callable[[Page], object] = lambda page: page.evaluate("scrollTo(0, 0)")


def _check_peer(page: Page) -> None:
    page.locator("#peer-pacs button").click()
    page.locator(".findings").wait_for()
    page.evaluate("scrollTo(0, 0)")


def _scroll_to_points(page: Page) -> None:
    page.locator("[data-polls]").wait_for(state="detached")  # until drift was compared
    page.locator(".cards").first.evaluate("it => it.scrollIntoView()")


PICTURES: Final = (
    Picture("console-study", "/studies/{wrist}"),
    Picture("console-dead-letters", "/dead-letters"),
    Picture("console-peers", "/peers", prepare=_check_peer),
    Picture("console-models", "/models", theme="dark", prepare=_scroll_to_points),
    Picture("console-users", "/users"),
    Picture("console-phone", "/today", is_phone=True, prepare=lambda page: page.locator("button[lang=ar]").click()),
)


def take_pictures(site: ConsoleSite, folder: Path) -> None:
    """Write each picture to a folder."""
    with open_browser() as browser:
        for picture in PICTURES:
            size_px = PHONE_PX if picture.is_phone else DESKTOP_PX
            with visit(browser, site, size_px=size_px, theme=picture.theme) as visitor:
                visitor.log_in()
                visitor.go(picture.path.format(wrist=site.studies[STUDIES[0]]))
                picture.prepare(visitor.page)
                visitor.page.wait_for_load_state("networkidle")
                visitor.page.evaluate(_DECODE)  # one that is here and not decoded yet is black
                _keep(visitor.page.screenshot(), folder / f"{picture.name}.png")


def _keep(content: bytes, path: Path) -> None:
    with Image.open(BytesIO(content)) as shown:
        width = min(WIDTH_PX, shown.width)
        small = shown.convert("RGB").resize(
            (width, round(shown.height * width / shown.width)), Image.Resampling.LANCZOS
        )
        # A page has few colours: a palette of them takes a third of the bytes.
        small.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


def main(folder: Path) -> None:
    """Run a site, and take all pictures."""
    with TemporaryDirectory() as place, run_console_site(Path(place), STUDIES) as site:
        take_pictures(site, folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
