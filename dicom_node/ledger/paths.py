"""Where things lie in the data folder. Rows keep paths relative to it, so that it can be moved."""

import os
from pathlib import Path


def relative_to_data(path: Path, data: Path) -> str:
    """Return the path as a row keeps it: relative where it lies in the data folder, absolute elsewhere."""
    return str(path.absolute()).removeprefix(f"{data}{os.sep}")


def documents_folder(data: Path, study_instance_uid: str, version: int) -> Path:
    """Return the folder of one version's documents."""
    return data / "documents" / study_instance_uid / str(version)


def rejection_folder(data: Path, study_instance_uid: str, version: int, destination: str) -> Path:
    """Return the folder of the note that tells one destination to reject what one version superseded."""
    return data / "documents" / study_instance_uid / f"{version}-rejection-{destination}"


def later_folder(data: Path, study_instance_uid: str, version: int) -> Path:
    """Return the folder of the documents that were made when one version's answer had left."""
    return data / "documents" / study_instance_uid / f"{version}-later"


def evidence_folder(data: Path, study_instance_uid: str, sop_instance_uid: str) -> Path:
    """Return the folder of the pictures that belong to the readings of one image."""
    return data / "evidence" / study_instance_uid / sop_instance_uid
