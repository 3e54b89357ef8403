"""A node as a site has it, with its console, some drawn studies and some trouble; all on loopback."""

import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pydicom
from pynetdicom import AE, build_context

from config.load import load_settings
from config.settings import Settings
from dicom_node.openings import open_ledger
from inference.phantom.samples import write_samples
from tests.system.command_line import COMMAND, environment, serving
from tests.system.free_port import free_port

MODALITY, USER, PASSWORD = "MODALITY", "ada", "correct horse battery"
_PATIENCE_SECONDS = 60.0
_SITE = """
[node]
bind = "127.0.0.1"
port = {dicom}
data = "data"
[completion]
quiet_seconds = 0.5
[console]
enabled = true
port = {console}
[[sender]]
ae_title = "MODALITY"
address = "127.0.0.1"
[[folder]]
name = "inbox"
path = "inbox"
interval_seconds = 0.5
settle_seconds = 0.5
[[destination]]
name = "archive"
kind = "folder"
folder = "archive"
[[destination]]
name = "pacs"
kind = "dicom"
ae_title = "ARCHIVE"
host = "127.0.0.1"
port = {pacs}
timeout_seconds = 2
[destination.retry]
max_attempts = 1
[destination.breaker]
failures = 0
[[destination]]
name = "ris"
kind = "hl7"
host = "127.0.0.1"
port = {ris}
[destination.retry]
first_seconds = 600
"""


@dataclass(frozen=True)
class ConsoleSite:
    """What runs.

    Attributes:
        url: of the console, without a slash at its end.
        pacs_port: where nobody listens, unless a test lets somebody.
        studies: the Study Instance UID of each drawn study, by its name.
        image: a drawn radiograph that was not sent.
    """

    folder: Path
    url: str
    pacs_port: int
    studies: dict[str, str]
    image: Path


@contextmanager
def run_console_site(folder: Path, names: Sequence[str] = ("wrist-fracture", "chest")) -> Iterator[ConsoleSite]:
    """Run a node that has read some drawn studies, whose archive has them, and whose PACS and RIS are away.

    Args:
        names: of the studies to send; each becomes a dead letter of the PACS, and waits for the RIS.
    """
    dicom, console, pacs, ris = (free_port() for _ in range(4))
    config = folder / "site.toml"
    config.write_text(_SITE.format(dicom=dicom, console=console, pacs=pacs, ris=ris))
    (folder / "inbox").mkdir()
    _add_user(config)
    samples = write_samples(folder / "samples")
    sent = [path for path in samples if path.parent.name in names]
    with serving(config):
        _send(sent, dicom)
        (folder / "inbox" / "letter.dcm").write_bytes(b"This is no DICOM file.")
        studies = {path.parent.name: str(pydicom.dcmread(path).StudyInstanceUID) for path in sent}
        _await_trouble(load_settings(config), tuple(studies.values()))
        spare = next(path for path in samples if path.parent.name not in names)
        yield ConsoleSite(folder, f"http://127.0.0.1:{console}", pacs, studies, spare)


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait until something holds, for as long as a busy machine may take."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < until, "it did not come to be in time"
        time.sleep(0.1)


def _await_trouble(settings: Settings, studies: Sequence[str]) -> None:
    """Wait for every dead letter, what is put aside, and until the RIS was called: nothing is under way any more."""
    opened = open_ledger(settings)

    def is_calm(study: str) -> bool:
        history = opened.view.history(study)
        return any(each.destination == "ris" and each.attempts for each in history.deliveries) if history else False

    wait_until(lambda: len(opened.view.dead_letters("pacs")) == len(studies) and bool(opened.view.quarantine()))
    wait_until(lambda: all(map(is_calm, studies)))
    opened.close()


def _add_user(config: Path) -> None:
    command = (*COMMAND, "users", "add", USER, "--role", "administrator", "--password-stdin", "--config", str(config))
    subprocess.run(command, input=f"{PASSWORD}\n", text=True, check=True, env=environment(), capture_output=True)


def _send(paths: Sequence[Path], port: int) -> None:
    ae = AE(MODALITY)
    data_sets = [pydicom.dcmread(path) for path in paths]
    contexts = [
        build_context(uid, syntax)
        for uid, syntax in {(str(ds.SOPClassUID), str(ds.file_meta.TransferSyntaxUID)) for ds in data_sets}
    ]
    association = ae.associate("127.0.0.1", port, contexts, ae_title="OSTEONODE", bind_address=("127.0.0.1", 0))
    assert association.is_established
    assert {association.send_c_store(ds).Status for ds in data_sets} == {0}
    association.release()
