"""What a radiologist does in OHIF: opens a study, double-clicks a series, steps to the next; and what it then shows."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

from tests.peers.browser import open_page, take_picture
from tests.peers.ohif_server import serve_ohif

_SETTLED_MS = 700
_MOST_PICTURES = 10
#: The tour that greets a newcomer.
_SEEN_TOUR = "localStorage.setItem('shownTours', '[\"basicViewerTour\"]')"
_SERIES = "[data-cy=study-browser-thumbnail], [data-cy=study-browser-thumbnail-no-image]"
_IMAGE = "cornerstone.getEnabledElements()[0]?.viewport"
_IS_DRAWN = f"() => {_IMAGE}?.getCurrentImageId?.() && {_IMAGE}.getImageData?.()"
_SHOWN_UID = f"() => {_IMAGE}.getCurrentImageId().match(/instances\\/([0-9.]+)/)[1]"
#: Points of the image, by the viewport's own transformation, as points of the page.
_PLACE = f"""(points) => {{
    const viewport = {_IMAGE}, frame = viewport.element.getBoundingClientRect();
    const world = (point) => cornerstone.utilities.imageToWorldCoords(viewport.getCurrentImageId(), point);
    return points.map((point) => viewport.worldToCanvas(world(point))).map(([x, y]) => [x + frame.x, y + frame.y]);
}}"""
_LABELS = "() => [...document.querySelectorAll('.svg-layer g text')].map((text) => ({" + (
    "lines: [...text.querySelectorAll('tspan')].map((line) => line.textContent),"
    "frame: (({x, y, width, height}) => [x, y, x + width, y + height])(text.getBoundingClientRect())}))"
)
_MARKS = ".svg-layer polyline, .svg-layer circle"
_FAILURE = "Something went wrong"


@dataclass(frozen=True)
class Label:
    """Text that OHIF writes beside a mark, and where on the page: (left, top, right, bottom)."""

    lines: tuple[str, ...]
    frame_px: tuple[float, float, float, float]


@dataclass(frozen=True)
class Ohif:
    """The viewer in a browser."""

    page: Page
    url: str

    def open_study(self, study_instance_uid: str) -> None:
        """Open a study and wait until its first image is drawn."""
        self.page.goto(f"{self.url}/viewer?StudyInstanceUIDs={study_instance_uid}")
        self._wait()

    def series(self) -> list[str]:
        """Return what the list of series says of each."""
        return [each.inner_text() for each in self.page.locator(_SERIES).all()]

    def open_series(self, description: str) -> None:
        """Double-click the first series with these words."""
        self.page.locator(_SERIES).filter(has_text=description).first.dblclick()
        self._wait()

    def open_report(self, description: str, *, asks: bool = True) -> None:
        """Double-click a report and wait for its marks; where it asks to track its measurements, say no."""
        self.open_series(description)
        self.page.locator(_MARKS).first.wait_for(state="attached")
        if asks:
            self.page.get_by_role("button", name="No", exact=True).click()
        self._wait()

    def open_file(self, description: str) -> NDArray[np.uint8]:
        """Double-click a series that the browser itself shows, such as a PDF; return the page once it is at rest."""
        self.page.locator(_SERIES).filter(has_text=description).first.dblclick()
        self.page.locator("object").wait_for()
        last = self.take_picture()
        for _ in range(_MOST_PICTURES):
            self.page.wait_for_timeout(2 * _SETTLED_MS)
            picture = self.take_picture()
            if np.array_equal(picture, last):
                return picture
            last = picture
        raise AssertionError("the page does not come to rest")

    def step(self) -> None:
        """Go to the next image of the series, or to the next measurement of a report."""
        self.page.locator("[data-cy=viewport-pane]").first.hover()
        self.page.keyboard.press("ArrowDown")
        self._wait()

    def has_failed(self) -> bool:
        """Say whether OHIF tells that it could not show what it was asked for."""
        return self.page.get_by_text(_FAILURE).count() > 0

    def wait_for_image(self, sop_instance_uid: str) -> None:
        """Wait until an image is the one that is drawn."""
        self.page.wait_for_function(f"(uid) => ({_SHOWN_UID})() === uid", arg=sop_instance_uid)
        self._wait()

    def shown_image(self) -> str:
        """Return the SOP Instance UID of the image that is drawn."""
        return str(self.page.evaluate(_SHOWN_UID))

    def place(self, points: Sequence[Sequence[float]]) -> NDArray[np.float64]:
        """Return where points of the image, (column, row), lie on the page: (n, 2) of (x, y) in pixels."""
        return np.asarray(self.page.evaluate(_PLACE, [list(map(float, point)) for point in points]))

    def labels(self) -> list[Label]:
        """Return the text beside marks."""
        return [Label(tuple(each["lines"]), tuple(each["frame"])) for each in self.page.evaluate(_LABELS)]

    def take_picture(self) -> NDArray[np.uint8]:
        """Return the page: (rows, columns, 3) uint8 RGB."""
        return take_picture(self.page)

    def _wait(self) -> None:
        self.page.wait_for_timeout(_SETTLED_MS)
        self.page.wait_for_function(_IS_DRAWN)
        self.page.wait_for_timeout(_SETTLED_MS)


@contextmanager
def run_ohif(orthanc_url: str) -> Iterator[Ohif]:
    """Run OHIF on the DICOMweb of an Orthanc until the block ends."""
    with serve_ohif(orthanc_url) as url, open_page() as page:
        page.add_init_script(_SEEN_TOUR)
        yield Ohif(page, url)
