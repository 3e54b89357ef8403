"""Sample studies with our documents, as files and in an Orthanc: what viewers are shown."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pydicom
from pydicom import Dataset

from domain.document import DocumentKind
from inference.phantom.samples import write_samples
from tests.peers.orthanc import Orthanc, run_orthanc
from tests.system.command_line import run_command

#: Debian's plugins of Orthanc.
PLUGINS = Path("/usr/share/orthanc/plugins")


@dataclass(frozen=True)
class ViewedStudy:
    """One sample: its images, and the documents that `osteonode read` wrote of it."""

    images: tuple[Path, ...]
    documents: tuple[Path, ...]

    @cached_property
    def study_instance_uid(self) -> str:
        """The Study Instance UID of all of it."""
        return str(self.header(self.images[0]).StudyInstanceUID)

    def paths(self, kind: DocumentKind) -> list[Path]:
        """Return the documents of a kind in the order of their instance numbers."""
        found = [path for path in self.documents if path.name.startswith(f"{kind.value}-")]
        return sorted(found, key=lambda path: int(self.header(path).InstanceNumber))

    def header(self, path: Path) -> Dataset:
        """Return a file without its pixels."""
        return pydicom.dcmread(path, stop_before_pixels=True)


def read_samples(folder: Path, names: Sequence[str]) -> dict[str, ViewedStudy]:
    """Draw samples and read them with the shipped models, as a person would; return the studies by name."""
    files = [path for path in write_samples(folder / "samples") if path.parent.name in names]
    done = run_command("read", *{path.parent for path in files}, "--out", folder / "documents")
    assert done.returncode == 0, done.stderr
    written = list((folder / "documents").glob("*/*.dcm"))
    studies = {name: tuple(path for path in files if path.parent.name == name) for name in names}
    uids = {name: pydicom.dcmread(images[0]).StudyInstanceUID for name, images in studies.items()}
    return {
        name: ViewedStudy(images, tuple(path for path in written if path.parent.name == uids[name]))
        for name, images in studies.items()
    }


@contextmanager
def hold_in_orthanc(folder: Path, studies: Sequence[ViewedStudy]) -> Iterator[Orthanc]:
    """Run an Orthanc with DICOMweb and its own viewer that holds studies as a node leaves them."""
    plugins = [str(PLUGINS / f"libOrthanc{name}.so") for name in ("DicomWeb", "WebViewer")]
    dicom_web = {"Enable": True, "Root": "/dicom-web/"}
    with run_orthanc(folder, Plugins=plugins, DicomWeb=dicom_web) as orthanc:
        for study in studies:
            basic = set(study.paths(DocumentKind.STRUCTURED_REPORT_BASIC))  # for peers that refuse the other one
            for path in {*study.images, *study.documents} - basic:
                orthanc.post("/instances", path.read_bytes())
        yield orthanc
