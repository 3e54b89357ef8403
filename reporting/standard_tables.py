"""The tables of PS3.3 that highdicom brings, without the modules that no document of ours has.

Its table of attributes by module takes 65 MiB once it is read, and nine tenths of it are of objects that never come
here: radiotherapy, ophthalmology, frames of CT and MR. highdicom keeps the one table for itself and its callers, so the
rest is taken out of that.
"""

import json
from collections.abc import Mapping
from threading import Lock
from typing import Any, Final

from highdicom._standard_utils import get_iod_module_map, get_module_attribute_map, get_sop_class_iod_map
from pydicom.uid import (
    UID,
    Comprehensive3DSRStorage,
    ComprehensiveSRStorage,
    ComputedRadiographyImageStorage,
    DigitalXRayImageStorageForPresentation,
    DigitalXRayImageStorageForProcessing,
    EncapsulatedPDFStorage,
    GrayscaleSoftcopyPresentationStateStorage,
    KeyObjectSelectionDocumentStorage,
    SecondaryCaptureImageStorage,
    XRayRadiofluoroscopicImageStorage,
)

#: What is written.
DOCUMENT_CLASSES: Final[tuple[UID, ...]] = (
    Comprehensive3DSRStorage,
    ComprehensiveSRStorage,
    EncapsulatedPDFStorage,
    GrayscaleSoftcopyPresentationStateStorage,
    KeyObjectSelectionDocumentStorage,
    SecondaryCaptureImageStorage,
)
#: What it is written about. Of any other class the whole table is read again.
_SOURCE_CLASSES: Final[tuple[UID, ...]] = (
    ComputedRadiographyImageStorage,
    DigitalXRayImageStorageForPresentation,
    DigitalXRayImageStorageForProcessing,
    XRayRadiofluoroscopicImageStorage,
)
_KNOWN: Final = frozenset[str]({*DOCUMENT_CLASSES, *_SOURCE_CLASSES})

Rows = list[Mapping[str, Any]]


class _Tables:
    """What became of the table in this process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._is_reduced = False
        self._is_whole = False

    def open(self, sop_class_uid: str) -> None:
        with self._lock:
            if sop_class_uid not in _KNOWN and not self._is_whole:
                self._is_whole = True
                get_module_attribute_map.cache_clear()
            elif not self._is_reduced and not self._is_whole:
                self._is_reduced = True
                _reduce(get_module_attribute_map())


_tables = _Tables()


def open_tables(sop_class_uid: str) -> None:
    """See to it that highdicom finds the modules of a class; to be called before it is given an object of that class.

    May be called by several threads, each before it asks highdicom for anything.
    """
    _tables.open(sop_class_uid)


def modules_of(sop_class_uid: str) -> list[tuple[str, str]]:
    """Return each module of a class with its usage: M, C or U (PS3.3 A.1.3).

    Raises:
        KeyError: there is no such class.
    """
    return [(row["key"], row["usage"]) for row in get_iod_module_map()[get_sop_class_iod_map()[sop_class_uid]]]


def rows_of(module: str) -> Rows:
    """Return the attributes of a module that our documents have, as highdicom tabulates them.

    Raises:
        KeyError: there is no such module, or none of our documents has it.
    """
    open_tables(SecondaryCaptureImageStorage)
    rows: Rows = get_module_attribute_map()[module]
    return rows


def _reduce(table: dict[str, Rows]) -> None:
    """Take out of the table what nobody asks for; nobody uses it yet.

    The rest is written and read again, names and all, so that it lies together: each word that stayed where it was
    would hold the memory around it.
    """
    names = {name for sop_class_uid in _KNOWN for name, _ in modules_of(sop_class_uid)}
    kept = json.loads(json.dumps({name: table[name] for name in names}))
    table.clear()
    table.update(kept)
