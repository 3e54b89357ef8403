"""DICOMscope, OFFIS's viewer of presentation states, on a screen that nobody sees.

It holds one image and one presentation state, and nothing of it listens: its configuration names no peers.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile

import numpy as np

from tests.peers.screen import HEIGHT_PX, WIDTH_PX, Picture, Screen, ScreenStayed, run_screen

_JAR = "/usr/share/java/DICOMscope.jar"
#: The screen is as large in millimetres as makes its pixels square.
_CONFIGURATION = """\
[[GENERAL]]
[APPLICATION]
LogDirectory = {folder}
LogLevel = ERROR
MessagePort = 0
[MONITOR]
Resolution = {width}\\{height}
Screensize = {width}\\{height}
PreviewSize = 256\\256
[DATABASE]
Directory = {database}
[LUT]
Directory = /usr/share/dicomscope/lut
[REPORT]
Directory = /usr/share/dicomscope/reports
[NETWORK]
aetitle = DICOMSCOPE
[GUI]
AutoUpdateStudyBrowser = false
[[COMMUNICATION]]
[[LUT]]
[[VOI]]
[[REPORT]]
[[USERS]]
"""
#: Points of its window.
_ALL_STUDIES, _LOAD = (95, 71), (54, 14)
_STUDY_LINE = (slice(88, 104), slice(70, 420))
#: To the presentation state, the last line of the list however much of it is unfolded: study, series, object.
_TO_PRESENTATION = ("Right", "End") * 3
_ATTEMPTS, _LOAD_SECONDS = 5, 12.0
#: A point in the frame of a line that is selected.
_SELECTED = (80, 134)
_BACKGROUND, _WHITE = (500, 600), (255, 255, 255)
_DARK = 60


@dataclass(frozen=True)
class DicomScope:
    """The running viewer."""

    screen: Screen

    def show_presentation(self) -> Picture:
        """Show the image by its presentation state; return the screen.

        A busy machine may lose a key between two windows, so what does not show is asked for again.
        """
        for _ in range(_ATTEMPTS):
            self._select_all_studies()
            self.screen.press(*_TO_PRESENTATION)
            self.screen.click(*_LOAD)
            with suppress(ScreenStayed):
                self.screen.wait_for(lambda picture: not _lists_study(picture), seconds=_LOAD_SECONDS)
                break
        return self.screen.wait_for(lambda picture: find_canvas(picture) is not None)

    def _select_all_studies(self) -> None:
        """Click until it is heard: a window that has just opened is deaf for a moment."""
        self.screen.wait_for(_lists_study)
        self.screen.click(*_ALL_STUDIES, until=lambda picture: tuple(picture[_SELECTED]) != _WHITE)


def _lists_study(picture: Picture) -> bool:
    """Whether the browser lists its study; an empty screen is black."""
    return tuple(picture[_BACKGROUND]) == _WHITE and bool((picture[_STUDY_LINE] < _DARK).any())


def find_canvas(picture: Picture) -> tuple[int, int, int, int] | None:
    """Return (left, top, right, bottom) of the dark pane that images are shown on; None where there is none."""
    dark = picture.max(axis=2) < _DARK
    columns, rows = np.flatnonzero(dark.mean(axis=0) > 0.5), np.flatnonzero(dark.mean(axis=1) > 0.4)
    if not columns.size or not rows.size or columns.size == WIDTH_PX:
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


@contextmanager
def run_dicomscope(folder: Path, image: Path, presentation: Path) -> Iterator[DicomScope]:
    """Run the viewer on one image and its presentation state until the block ends; all it writes is in `folder`."""
    database = folder / "database"
    database.mkdir(parents=True)
    held = [database / "image.dcm", database / "presentation.dcm"]
    for source, path in zip((image, presentation), held, strict=True):
        copyfile(source, path)
    subprocess.run(["dcmqridx", str(database), *map(str, held)], check=True, capture_output=True, timeout=60)
    settings = {"folder": folder, "database": database, "width": WIDTH_PX, "height": HEIGHT_PX}
    (folder / "DICOMscope.cfg").write_text(_CONFIGURATION.format(**settings))
    command = ["java", "-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar", _JAR]
    with (
        run_screen() as screen,
        (folder / "dicomscope.log").open("wb") as log,
        # It reads its configuration where it is started.
        subprocess.Popen(command, cwd=folder, env=screen.environment, stdout=log, stderr=log) as viewer,
    ):
        try:
            yield DicomScope(screen)
        finally:
            viewer.terminate()
            viewer.wait(10)
