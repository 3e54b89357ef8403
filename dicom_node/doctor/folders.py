"""Folders: those that results are written to, and those that images are dropped into."""

import os
from collections.abc import Iterator

from config.folder import Folder
from config.settings import Destination
from dicom_node.association_failures.explanation import Place
from dicom_node.deliver.echo import probe_folder
from dicom_node.doctor.verdicts import Check, Verdict, good


def examine_target(destination: Destination) -> Iterator[Check]:
    """Write a small file and remove it."""
    probe = probe_folder(destination)
    if probe.reachable:
        yield good("folder", probe.explanation)
        return
    change = "let the user of the node write there, or correct `folder`"
    yield Check("folder", Verdict.FAULT, probe.explanation, change, Place.HERE)


def examine_watched(folder: Folder) -> Iterator[Check]:
    """Say whether a watched folder can be read, and files be moved out of it."""
    if not folder.path.is_dir():
        meaning = f"{folder.path} is not there: nothing is taken from it"
        yield Check("folder", Verdict.FAULT, meaning, "make it, mount it, or correct `path`", Place.HERE)
    elif not os.access(folder.path, os.R_OK | os.W_OK | os.X_OK):
        meaning = f"{folder.path} cannot be read and written: files that were taken are moved or deleted there"
        yield Check("folder", Verdict.FAULT, meaning, "give the user of the node the right to", Place.HERE)
    else:
        yield good("folder", f"{folder.path} can be read and written")
