"""dicom3tools' dciodvfy and dcentvfy, and DCMTK's dcmpschk: what they find wrong in DICOM files."""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from pydicom.uid import UID, GrayscaleSoftcopyPresentationStateStorage

TIMEOUT_SECONDS = 60


def find_errors(path: Path, sop_class_uid: UID) -> list[str]:
    """Return every error that the validators of this class find; empty for a valid file."""
    errors = verify_object(path)
    return errors + check_presentation(path) if sop_class_uid == GrayscaleSoftcopyPresentationStateStorage else errors


def compare_entities(paths: Sequence[Path]) -> list[str]:
    """Return what dcentvfy says of files together: a patient, study, series or equipment that they describe unequally.

    It takes the accession number of a summary without a series of its own for another entity's, and says so of any two
    classes of objects that have one; PS3.3 C.7.2.1 knows it in the study alone.
    """
    done = _run("dcentvfy", *map(str, paths))
    said = (done.stdout + done.stderr).splitlines()
    return [f"dcentvfy: {line}" for line in said if line.strip() and not _OF_TWO_ENTITIES.match(line)]


_OF_TWO_ENTITIES = re.compile(r"Warning - Different information entities for attribute - Element=<AccessionNumber> ")


def verify_object(path: Path) -> list[str]:
    """Return dciodvfy's errors."""
    done = _run("dciodvfy", "-new", str(path))
    said = (done.stdout + done.stderr).splitlines()
    errors = [line for line in said if line.startswith("Error")]
    # It also ends with 1 where it could not read the file at all.
    return errors or ([f"dciodvfy ended with {done.returncode}: {said[-3:]}"] if done.returncode else [])


def check_presentation(path: Path) -> list[str]:
    """Return dcmpschk's errors: of values in any file, and of the rules of a presentation state in one."""
    # It ends with 0 whatever it finds, so that only its words count.
    done = _run("dcmpschk", str(path))
    said = done.stdout + done.stderr
    if "Test passed" in said:
        return []
    lines = said.splitlines()
    values = "\n".join(line for line in lines if line.startswith("E: ")).split("E: Error: ")[1:]
    rules = [line for line in lines if line.startswith("W: ") and not line.startswith(("W: Testing", "W: Test failed"))]
    errors = [each for each in values if not _is_misread_utf_8(each)] + rules
    return [f"dcmpschk: {each}" for each in errors or ([] if values else lines)]


def _is_misread_utf_8(error: str) -> bool:
    """Say whether dcmpschk took the second byte of a UTF-8 letter, such as the 85 in C3 85 for A with a ring, for C1.

    It looks at bytes, not at letters, and refuses 80 to 9F whatever (0008,0005) says; it shows values as they stand.
    """
    value = re.search(r"Attribute value +: \[(.*)\]", error)
    if value is None or not error.startswith("Attribute value does not conform to data type definition"):
        return False
    return any(0x80 <= byte <= 0x9F for byte in value[1].encode())


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, capture_output=True, text=True, errors="replace", timeout=TIMEOUT_SECONDS, check=False
    )
