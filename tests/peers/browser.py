"""Debian's Chromium without a window, driven by Playwright; it resolves no name, and so never leaves this machine."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

WIDTH_PX, HEIGHT_PX = 1400, 900
_OPTIONS = [
    # A test may run as root, where Chromium has no sandbox, and without a graphics card.
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Give a browser until the block ends."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=_OPTIONS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def open_page() -> Iterator[Page]:
    """Give a page of `WIDTH_PX` by `HEIGHT_PX` until the block ends."""
    with open_browser() as browser:
        page = browser.new_page(viewport={"width": WIDTH_PX, "height": HEIGHT_PX})
        page.set_default_timeout(60_000)
        yield page


def take_picture(page: Page) -> NDArray[np.uint8]:
    """Return what the page shows: (rows, columns, 3) uint8 RGB."""
    with Image.open(BytesIO(page.screenshot())) as shown:
        return np.asarray(shown.convert("RGB"))
