"""The HTTP API of a running node: what it reads is what the command reads, and its own process asks the node's."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from inference.phantom.dicom import make_study, write_part10
from inference.phantom.drawing import draw_phantom
from inference.phantom.samples import SAMPLE_STUDIES
from inference.phantom.spec import PhantomSpec
from tests.fakes.stand_in_bundle import write_bundle
from tests.system.command_line import run_command, serving

pytestmark = [pytest.mark.system, pytest.mark.slow]


class Site:
    """A node with a console, and an image."""

    def __init__(self, folder: Path, url: str, bundle: Path) -> None:
        self.folder, self.bundle = folder, bundle
        self.api = httpx.Client(base_url=url, timeout=250)
        phantom = draw_phantom(PhantomSpec("hand", True, 384, 320, 5, "L", 12, body_part="WRIST"))
        (ds,) = make_study([phantom], identity=SAMPLE_STUDIES[0].identity)
        self.image = folder / "wrist.dcm"
        write_part10(self.image, ds)

    def read(self, content: bytes, **options: Any) -> httpx.Response:
        headers = {"Content-Type": "application/dicom"}
        return self.api.post("/v1/read", content=content, headers=headers, params=options)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    bundle = write_bundle(folder / "bundle")
    config = folder / "site.toml"
    config.write_text(
        f'[node]\nport = 0\ndata = "data"\n[limits]\nfree_disk_mib = 1\n[console]\nenabled = true\nport = 0\n'
        f'[reading]\nbundle = "{bundle}"\nthreads = 1\n'
        # The reader of single images gets what others leave of the processor, and tests leave little.
        "[uploads]\ndeadline_seconds = 200\n"
    )
    with serving(config) as (process, _ready):
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        site = Site(folder, url, bundle)
        with site.api:
            yield site


def _without_times(line: str) -> dict[str, Any]:
    read = json.loads(line)
    for each in (read, *read["members"]):
        del each["milliseconds"]
    return read


def test_what_the_api_reads_is_what_the_command_reads(site: Site) -> None:
    lines = site.folder / "lines.json"
    read = run_command("read", site.image, "--json", lines, "--bundle", site.bundle)
    assert read.returncode == 0, read.stderr
    answer = site.read(site.image.read_bytes(), path=str(site.image))
    assert answer.status_code == 200
    assert _without_times(answer.text) == _without_times(lines.read_text())
    assert list(json.loads(answer.text)) == list(json.loads(lines.read_text()))
    assert json.loads(answer.text)["status"] == "read"


def test_images_of_several_callers_are_all_read(site: Site) -> None:
    content, statuses = site.image.read_bytes(), []
    callers = [threading.Thread(target=lambda: statuses.append(site.read(content).status_code)) for _ in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert statuses == [200] * 4


def test_a_damaged_file_is_told_and_the_next_one_is_read(site: Site) -> None:
    damaged = site.read(b"\x89PNG\r\n\x1a\n" + bytes(200))
    assert (damaged.status_code, damaged.json()["code"]) == (422, "not-an-image")
    assert site.read(site.image.read_bytes()).status_code == 200


def test_nothing_of_an_image_is_left(site: Site) -> None:
    site.read(site.image.read_bytes())
    assert list((site.folder / "data" / "desk" / "spool").iterdir()) == []
    assert site.api.get("/v1/studies").json() == {"studies": [], "following": None}


def test_the_node_is_told_of_as_it_is(site: Site) -> None:
    assert site.api.get("/v1/health").json()["status"] == "ok"
    assert site.api.get("/v1/models").json()["models"][0]["name"] == "stand-in-region"
    assert "/v1/read" in site.api.get("/v1/openapi.json").json()["paths"]


def test_a_page_of_somebody_else_has_nothing_read(site: Site) -> None:
    headers = {"Content-Type": "application/dicom", "Origin": "https://elsewhere.example"}
    answer = site.api.post("/v1/read", content=site.image.read_bytes(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign-page")
