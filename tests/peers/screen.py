"""A screen that nobody sees (Xvfb), with a hand on mouse and keys (xdotool)."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import ImageGrab

WIDTH_PX, HEIGHT_PX = 1280, 1024
TIMEOUT_SECONDS = 60.0
_POLL_SECONDS = 0.25

Picture = NDArray[np.uint8]


class ScreenStayed(AssertionError):
    """What was waited for did not appear."""


@dataclass(frozen=True)
class Screen:
    """A running X server without a port; `display` is its name."""

    display: str

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment of a program that shows itself here."""
        return {**os.environ, "DISPLAY": self.display}

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        self._do("key", "--delay", "120", *keys)

    def click(self, x: int, y: int, *, until: Callable[[Picture], bool] = lambda _picture: True) -> None:
        """Click a point of the screen, again and again until something is to be seen.

        Raises:
            ScreenStayed: that was not so within `TIMEOUT_SECONDS`.
        """
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            self._do("mousemove", str(x), str(y), "click", "1")
            time.sleep(_POLL_SECONDS)
            if until(self.take_picture()):
                return
            time.sleep(_POLL_SECONDS)
        raise ScreenStayed(f"a click changed nothing within {TIMEOUT_SECONDS:g} s")

    def take_picture(self) -> Picture:
        """Return what the screen shows: (rows, columns, 3) uint8 RGB."""
        with ImageGrab.grab(xdisplay=self.display) as shown:
            return np.asarray(shown.convert("RGB"))

    def wait_for(self, is_there: Callable[[Picture], bool], *, seconds: float = TIMEOUT_SECONDS) -> Picture:
        """Wait until a picture shows something and the next one is the same; return it.

        Raises:
            ScreenStayed: that was not so in time.
        """
        deadline = time.monotonic() + seconds
        last = self.take_picture()
        while time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
            picture = self.take_picture()
            if is_there(picture) and np.array_equal(picture, last):
                return picture
            last = picture
        raise ScreenStayed(f"nothing to be seen after {seconds:g} s")

    def _do(self, *command: str) -> None:
        subprocess.run(["xdotool", *command], env=self.environment, check=True, capture_output=True, timeout=30)


@contextmanager
def run_screen() -> Iterator[Screen]:
    """Run an X server on a free display until the block ends."""
    geometry = f"{WIDTH_PX}x{HEIGHT_PX}x24"
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", geometry, "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        try:
            number = server.stdout.readline().strip()
            assert number, "Xvfb did not start"
            yield Screen(f":{number}")
        finally:
            server.terminate()
            server.wait(10)
