"""The tables of highdicom lose what no document of ours has, and nothing else."""

import json
import pkgutil
import subprocess
import sys
from typing import Any

import pytest
from pydicom.uid import (
    ComputedRadiographyImageStorage,
    CTImageStorage,
    KeyObjectSelectionDocumentStorage,
    XRayRadiofluoroscopicImageStorage,
)

from config.image_classes import uids_of
from reporting import standard_tables
from reporting.standard_tables import DOCUMENT_CLASSES, modules_of, rows_of

_IN_TURN = (ComputedRadiographyImageStorage, CTImageStorage, KeyObjectSelectionDocumentStorage)
#: In a process of its own, because a process that once read the whole table keeps it.
_PROGRAM = """
import json, sys
from highdicom._standard_utils import does_iod_have_pixel_data, get_module_attribute_map
from reporting.standard_tables import open_tables
for uid in sys.argv[1:]:
    open_tables(uid)
    print(json.dumps([get_module_attribute_map(), does_iod_have_pixel_data(uid)]))
"""

Opened = list[tuple[dict[str, Any], bool]]


@pytest.fixture(scope="module")
def opened() -> Opened:
    """The table, and whether highdicom finds pixels in the class, after each of three classes."""
    done = subprocess.run([sys.executable, "-c", _PROGRAM, *_IN_TURN], capture_output=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def _whole() -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(pkgutil.get_data("highdicom", "_standard/module_attribute_map.json") or b"")
    return whole


def test_every_module_of_what_is_read_and_written_is_as_it_was(opened: Opened) -> None:
    whole, (reduced, has_pixels) = _whole(), opened[0]
    for uid in (*uids_of(()), *DOCUMENT_CLASSES):
        for module, _ in modules_of(uid):
            assert reduced[module] == whole[module], (uid, module)
    assert has_pixels


def test_nine_tenths_of_the_rows_are_gone(opened: Opened) -> None:
    kept, whole = (sum(map(len, table.values())) for table in (opened[0][0], _whole()))
    assert kept < 0.1 * whole


def test_an_image_of_another_class_brings_the_whole_table_back_and_it_stays(opened: Opened) -> None:
    whole = _whole()
    assert [table == whole for table, _ in opened] == [False, True, True]
    assert [has_pixels for _, has_pixels in opened] == [True, True, False]


def test_a_class_that_nobody_knows_is_told() -> None:
    with pytest.raises(KeyError):
        modules_of("1.2.3")


def test_the_rows_of_a_module_are_those_of_the_standard() -> None:
    assert {"keyword": "PatientID", "type": "2", "path": []} in rows_of("patient")


def test_the_classes_are_those_that_a_sender_may_send() -> None:
    assert uids_of(()) <= standard_tables._KNOWN
    assert XRayRadiofluoroscopicImageStorage in standard_tables._KNOWN
