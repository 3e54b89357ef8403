"""Opening a file with the desktop's own viewer, where there is a desktop."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from shutil import which
from typing import Final

#: The program that opens a file as a double click would, by platform.
_OPENERS: Final = {"linux": "xdg-open", "darwin": "open"}
#: What a desktop sets, by platform; without one of them the opener would look for a browser of the terminal.
_SIGNS_OF_A_DISPLAY: Final = {"linux": ("DISPLAY", "WAYLAND_DISPLAY")}
#: An opener hands over and ends; one that does not is the viewer itself, and stays open.
_HAND_OVER_SECONDS: Final = 5.0


def why_not(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> str:
    """Return why nothing can be opened here, for a person; empty where it can."""
    opener, signs = _OPENERS.get(platform), _SIGNS_OF_A_DISPLAY.get(platform, ())
    if opener is None:
        return f"no program to open files with is known for {platform}"
    if signs and not any(environment.get(sign) for sign in signs):
        return f"this session has no display, for {' and '.join(signs)} are not set"
    if which(opener, path=environment.get("PATH", os.defpath)) is None:
        return f"{opener} is not installed (Debian: sudo apt-get install xdg-utils)"
    return ""


def open_files(paths: Sequence[Path], platform: str = sys.platform) -> str:
    """Open files, each with the viewer that the desktop has for it; return what went wrong, empty for nothing."""
    opener = _OPENERS[platform]
    for path in paths:
        null = subprocess.DEVNULL
        # In a session of its own: the viewer stays when the terminal is closed.
        handing_over = subprocess.Popen(
            [opener, str(path)], stdin=null, stdout=null, stderr=null, start_new_session=True
        )
        with suppress(subprocess.TimeoutExpired):
            if code := handing_over.wait(_HAND_OVER_SECONDS):
                return f"{opener} ended with {code}: is there a viewer for {path.suffix} files?"
    return ""
