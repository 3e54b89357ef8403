"""An Orthanc as PACS: what it holds is asked by REST, of itself."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from config.settings import Destination
from tests.peers.processes import accepts_connections, find_free_port, run_peer


@dataclass(frozen=True)
class Orthanc:
    """A running Orthanc. Its DICOM listener checks that it is called by `ae_title`."""

    ae_title: str
    dicom_port: int
    http_port: int
    pid: int

    @property
    def url(self) -> str:
        """The root of its REST interface."""
        return f"http://127.0.0.1:{self.http_port}"

    def get(self, path: str) -> Any:
        """Return the JSON behind a path, such as `/statistics`."""
        return json.loads(self.read(path))

    def read(self, path: str) -> bytes:
        """Return the bytes behind a path, such as `/instances/{id}/file`."""
        with urlopen(self.url + path, timeout=10) as response:
            return bytes(response.read())

    def post(self, path: str, content: bytes) -> Any:
        """Post bytes or JSON and return the JSON of the answer."""
        with urlopen(Request(self.url + path, data=content, method="POST"), timeout=30) as response:
            return json.loads(response.read())

    def delete(self, path: str) -> None:
        """Delete what is behind a path, such as `/instances/{id}`."""
        urlopen(Request(self.url + path, method="DELETE"), timeout=10).close()

    def instances(self) -> list[dict[str, str]]:
        """Return the main tags of every instance, with `StudyInstanceUID`, `SOPClassUID` and Orthanc's `ID`."""
        return [self._describe(each["ID"]) for each in self.get("/instances?expand")]

    def files(self) -> list[bytes]:
        """Return every instance as a Part 10 file."""
        return [self.read(f"/instances/{identifier}/file") for identifier in self.get("/instances")]

    def study_files(self, study_instance_uid: str) -> list[bytes]:
        """Return every instance that it files under a study, as Part 10 files."""
        found = self.post("/tools/lookup", study_instance_uid.encode())
        studies = [each["ID"] for each in found if each["Type"] == "Study"]
        instances = [each["ID"] for study in studies for each in self.get(f"/studies/{study}/instances")]
        return [self.read(f"/instances/{identifier}/file") for identifier in instances]

    def forward(self, modality: str, uid: str) -> int:
        """Send a study, series or instance on, given its DICOM UID; return how many instances failed.

        Args:
            modality: one of the names that `run_orthanc` was given.
        """
        (found,) = self.post("/tools/lookup", uid.encode())
        answer = self.post(f"/modalities/{modality}/store", json.dumps([found["ID"]]).encode())
        return int(answer["FailedInstancesCount"])

    def destination(self, name: str = "orthanc", **settings: Any) -> Destination:
        """Return the settings that send results here."""
        return Destination(
            name=name, kind="dicom", ae_title=self.ae_title, host="127.0.0.1", port=self.dicom_port, **settings
        )

    def _describe(self, identifier: str) -> dict[str, str]:
        tags: dict[str, str] = self.get(f"/instances/{identifier}/simplified-tags")
        return tags | {"ID": identifier}


@contextmanager
def run_orthanc(
    folder: Path, *, modalities: Mapping[str, tuple[str, str, int]] | None = None, **configuration: Any
) -> Iterator[Orthanc]:
    """Run Orthanc with its storage in a folder.

    Args:
        folder: for its configuration, database and log; made where it is not there.
        modalities: symbolic name -> (AE title, host, port) of those it may send to and be asked by.
        configuration: further keys of Orthanc's own JSON.
    """
    folder.mkdir(parents=True, exist_ok=True)
    dicom_port, http_port = find_free_port(), find_free_port()
    settings = {
        "Name": "PACS of a test",
        "DicomAet": "ORTHANC",
        "DicomPort": dicom_port,
        "DicomCheckCalledAet": True,
        "HttpPort": http_port,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "StorageDirectory": str(folder / "storage"),
        "IndexDirectory": str(folder / "storage"),
        "Plugins": [],
        "DicomModalities": {name: list(where) for name, where in (modalities or {}).items()},
    }
    path = folder / "orthanc.json"
    path.write_text(json.dumps(settings | configuration))
    is_ready = partial(accepts_connections if configuration.get("AuthenticationEnabled") else _answers, http_port)
    with run_peer(["Orthanc", str(path)], log=folder / "orthanc.log", is_ready=is_ready) as process:
        yield Orthanc("ORTHANC", dicom_port, http_port, process.pid)


def _answers(http_port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{http_port}/system", timeout=2):
            return True
    except HTTPError:  # it asks for a password
        return True
    except (URLError, OSError):
        return False
