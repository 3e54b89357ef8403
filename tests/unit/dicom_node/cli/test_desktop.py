"""Opening a file: with the desktop's opener where there is a desktop, and a reason in words where there is none."""

from pathlib import Path

import pytest

from dicom_node.cli.desktop import open_files, why_not


def put_opener(folder: Path, script: str) -> Path:
    """Put a stand-in of xdg-open into a folder."""
    folder.mkdir()
    opener = folder / "xdg-open"
    opener.write_text(f"#!/bin/sh\n{script}\n")
    opener.chmod(0o755)
    return folder


def test_without_a_display_we_say_so() -> None:
    assert "no display" in why_not({"PATH": "/usr/bin"}, "linux")


def test_without_an_opener_we_say_what_to_install(tmp_path: Path) -> None:
    assert "xdg-utils" in why_not({"DISPLAY": ":0", "PATH": str(tmp_path)}, "linux")


def test_an_unknown_platform_is_named() -> None:
    assert "plan9" in why_not({}, "plan9")


@pytest.mark.parametrize("sign", ["DISPLAY", "WAYLAND_DISPLAY"])
def test_nothing_stands_in_the_way_on_a_desktop(sign: str, tmp_path: Path) -> None:
    folder = put_opener(tmp_path / "bin", "exit 0")
    assert why_not({sign: ":0", "PATH": str(folder)}, "linux") == ""


def test_every_file_is_handed_to_the_opener(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, log = put_opener(tmp_path / "bin", f'echo "$1" >>{tmp_path}/log'), tmp_path / "log"
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    files = [tmp_path / "summary.png", tmp_path / "summary 2.png"]
    assert open_files(files, "linux") == ""
    assert log.read_text().splitlines() == [str(path) for path in files]


def test_an_opener_without_a_viewer_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = put_opener(tmp_path / "bin", "exit 3")
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    assert open_files([tmp_path / "report.pdf"], "linux") == "xdg-open ended with 3: is there a viewer for .pdf files?"
