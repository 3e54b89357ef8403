"""A node as a site runs it, between an Orthanc and a python-hl7 receiver, with storescu as the modality."""

import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

import pydicom
from pydicom import Dataset

from config.load import load_settings
from dicom_node.ledger.queries import History, LedgerView
from dicom_node.openings import open_ledger
from domain.delivery import DeliveryState
from tests.peers.orthanc import Orthanc, run_orthanc
from tests.peers.processes import find_free_port
from tests.peers.python_hl7 import PythonHl7, run_python_hl7
from tests.peers.storescu import store
from tests.system.command_line import run_command, serving

NODE_AE_TITLE = "OSTEONODE"
#: The name of the node in Orthanc.
NODE = "node"
ANSWER_SECONDS = 150.0

#: Long enough that a busy machine does not fall silent between two associations with images of one study.
SITE = """\
[node]
ae_title = "{node_ae_title}"
bind = "127.0.0.1"
port = {node_port}
data = "./data"

[[sender]]
ae_title = "STORESCU"
address = "127.0.0.1"

[[sender]]
ae_title = "ORTHANC"
address = "127.0.0.1"

[[destination]]
name = "pacs"
kind = "dicom"
ae_title = "ORTHANC"
host = "127.0.0.1"
port = {pacs_port}

[[destination]]
name = "ris"
kind = "hl7"
host = "127.0.0.1"
port = {ris_port}

[completion]
quiet_seconds = 3

[console]
log_level = "DEBUG"
"""


@dataclass(frozen=True)
class PeerHospital:
    """The running peers, and the node's port and configuration."""

    orthanc: Orthanc
    ris: PythonHl7
    node_port: int
    config: Path

    @cached_property
    def view(self) -> LedgerView:
        """The node's ledger, to be read."""
        return open_ledger(load_settings(self.config)).view

    @property
    def log(self) -> str:
        """Everything that the node has logged, at its most talkative."""
        return self.config.with_suffix(".log").read_text()

    def archive(self, files: Sequence[Path], *options: str) -> None:
        """Send images to the PACS by storescu."""
        statuses = store(files, self.orthanc.dicom_port, *options, called_ae_title=self.orthanc.ae_title)
        assert statuses == [0] * len(files)

    def send(self, files: Sequence[Path], *options: str) -> list[int]:
        """Send images to the node by storescu and return the statuses of its answers."""
        return store(files, self.node_port, *options, called_ae_title=NODE_AE_TITLE)

    def wait_until_answered(self, studies: Collection[str]) -> None:
        """Wait until both peers have accepted the answer on every study; fail with the history of those they have not.

        Args:
            studies: their Study Instance UIDs.
        """
        waits, deadline = set(studies), time.monotonic() + ANSWER_SECONDS
        while waits:
            assert time.monotonic() < deadline, "\n\n".join(map(self.show, waits))
            histories = {study: self.view.history(study) for study in waits}
            waits = {study for study, history in histories.items() if not is_delivered(history)}
            time.sleep(0.1)

    def history(self, study_instance_uid: str) -> History:
        """Return what the node itself knows of a study."""
        history = self.view.history(study_instance_uid)
        assert history is not None, f"the node does not know {study_instance_uid}"
        return history

    def show(self, study_instance_uid: str) -> str:
        """Return what `osteonode show` prints of a study; it takes seconds to start."""
        done = run_command("show", study_instance_uid, "--config", self.config)
        return f"{done.stdout}{done.stderr}"

    def held(self, study_instance_uid: str) -> list[Dataset]:
        """Return everything that the PACS files under a study."""
        return [pydicom.dcmread(BytesIO(content)) for content in self.orthanc.study_files(study_instance_uid)]

    def messages(self, study_instance_uid: str) -> list[Any]:
        """Return the HL7 messages, `hl7.Message` each, that name a study in an observation."""
        return [each for each in self.ris.messages if study_instance_uid in observed(each, "113014")]


def is_delivered(history: History | None) -> bool:
    """Say whether the PACS and the receiver both have every answer on a study that is known."""
    return history is not None and [each.state for each in history.deliveries] == [DeliveryState.DELIVERED] * 2


def observed(message: Any, code: str) -> list[str]:
    """Return the values (OBX-5) of the observations (OBX-3) of one code."""
    return [str(row[5]) for row in message.segments("OBX") if str(row[3]).partition("^")[0] == code]


@contextmanager
def run_hospital(folder: Path) -> Iterator[PeerHospital]:
    """Run `osteonode serve` with the shipped bundle between its peers until the block ends."""
    node_port = find_free_port()
    modalities = {NODE: (NODE_AE_TITLE, "127.0.0.1", node_port)}
    with run_orthanc(folder / "orthanc", modalities=modalities) as orthanc, run_python_hl7() as ris:
        config = folder / "site.toml"
        ports = {"node_port": node_port, "pacs_port": orthanc.dicom_port, "ris_port": ris.port}
        config.write_text(SITE.format(node_ae_title=NODE_AE_TITLE, **ports))
        with serving(config):
            yield PeerHospital(orthanc, ris, node_port, config)
