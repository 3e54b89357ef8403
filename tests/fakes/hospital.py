"""A modality, an archive and an information system around one node, all on loopback."""

import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pydicom
from pydicom import Dataset
from pydicom.uid import ComputedRadiographyImageStorage, ExplicitVRLittleEndian
from pynetdicom.presentation import build_context

from config.settings import Settings
from dicom_node.deliver.calling_entity import CallingEntity
from inference.phantom.dicom import make_study, write_part10
from inference.phantom.drawing import draw_phantom
from inference.phantom.identity import PhantomIdentity
from inference.phantom.spec import PhantomSpec

MODALITY = "MODALITY"
LOOPBACK = "127.0.0.1"


def make_settings(data: Path, *, pacs: int = 0, ris: int = 0, quiet_seconds: float = 0.3, **tables: Any) -> Settings:
    """Return the settings of a node on a free port that answers to an archive and a receiver where they have a port."""
    retry = tables.pop("retry", {"first_seconds": 0.2, "cap_seconds": 1.0})
    to_pacs = {"name": "pacs", "kind": "dicom", "ae_title": "ARCHIVE", "host": "127.0.0.1", "port": pacs}
    to_ris = {"name": "ris", "kind": "hl7", "host": "127.0.0.1", "port": ris}
    breaker = tables.pop("breaker", {"probe_seconds": 0.2})
    destinations = [
        each | {"retry": retry, "breaker": breaker, "timeout_seconds": 5} for each in (to_pacs, to_ris) if each["port"]
    ]
    return Settings.model_validate(
        {
            "node": {"data": data, "port": tables.pop("port", 0)},
            "sender": [{"ae_title": MODALITY, "address": "127.0.0.1"}],
            "destination": destinations,
            "completion": {"quiet_seconds": quiet_seconds, "hard_cap_seconds": 60},
            "limits": {"free_disk_mib": 1},
            **tables,
        }
    )


def draw_study(number: int, *, images: int = 2, side_px: int = 64) -> tuple[Dataset, ...]:
    """Return one invented patient's study; the number is in every identifier."""
    identity = PhantomIdentity(
        patient_name=f"Phantom^Number{number}",
        patient_id=f"P{number:05}",
        birth_date="19700101",
        sex="F",
        accession_number=f"A{number:05}",
        study_date="20260301",
        study_time="080000",
    )
    specs = [
        PhantomSpec("hand", True, side_px, side_px, seed=number * 10 + place, laterality="L") for place in range(images)
    ]
    return make_study([draw_phantom(spec) for spec in specs], identity=identity)


def write_study(folder: Path, study: tuple[Dataset, ...]) -> list[Path]:
    """Write a study's instances as files and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{ds.SOPInstanceUID}.dcm" for ds in study]
    for path, ds in zip(paths, study, strict=True):
        write_part10(path, ds)
    return paths


def send(paths: list[Path], port: int) -> dict[Path, int]:
    """Send files as the modality over one association; return the status of each that was answered."""
    if not is_listening(port):
        return {}
    ae = CallingEntity(MODALITY, 10.0)  # of pynetdicom's own the connections stay open that a node's death breaks
    contexts = [build_context(ComputedRadiographyImageStorage, ExplicitVRLittleEndian)]
    assoc = ae.associate(LOOPBACK, port, contexts, ae_title="OSTEONODE", bind_address=(LOOPBACK, 0))
    statuses: dict[Path, int] = {}
    # pynetdicom raises RuntimeError for an association that the node's death ended since we looked.
    with suppress(RuntimeError):
        for path in paths:
            answer = assoc.send_c_store(pydicom.dcmread(path))
            if "Status" in answer:
                statuses[path] = answer.Status
    if assoc.is_established:
        assoc.release()
    return statuses


def is_listening(port: int) -> bool:
    """Say whether anybody takes connections there."""
    try:
        socket.create_connection((LOOPBACK, port), timeout=5).close()
    except OSError:
        return False
    return True


def wait_until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait for something that another thread or process does; fail when it does not come."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"nothing within {seconds} s"
        time.sleep(0.02)
