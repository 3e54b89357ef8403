"""The Type 1 and Type 2 attributes of the modules that an object must have, as the pinned highdicom tabulates PS3.3."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from highdicom._standard_utils import construct_module_tree
from pydicom import Dataset

from reporting.source import IDENTITY_MODULES
from reporting.standard_tables import modules_of, open_tables

#: Not checked here: content items, whose needs depend on their value type, see `conformance_template`.
_UNCHECKED = "sr-document-content"
#: Modules that an object may have, by the attribute that shows that it has them.
_WHERE_PRESENT = {
    "graphic-annotation": "GraphicAnnotationSequence",
    "graphic-layer": "GraphicLayerSequence",
    "spatial-transformation": "ImageRotation",
}
#: After the header is read without it.
_UNREAD = {"PixelData"}

Tree = Mapping[str, Any]


@cache
def mandatory_modules(sop_class_uid: str) -> tuple[Tree, ...]:
    """Return the attribute trees of the modules that objects of a class must have."""
    open_tables(sop_class_uid)
    return tuple(_open_module(key) for key, usage in modules_of(sop_class_uid) if usage == "M" and key != _UNCHECKED)


@cache
def _present_modules(sop_class_uid: str) -> tuple[tuple[str, Tree], ...]:
    open_tables(sop_class_uid)
    keys = [key for key, usage in modules_of(sop_class_uid) if usage != "M" and key in _WHERE_PRESENT]
    return tuple((_WHERE_PRESENT[key], _open_module(key)) for key in keys)


def _open_module(key: str) -> Tree:
    """Return a module's tree; of the patient and the study the root alone, for what is below is the source's own."""
    tree: Tree = construct_module_tree(key)
    if key not in IDENTITY_MODULES:
        return tree
    return {"attributes": {keyword: {"type": row["type"]} for keyword, row in tree["attributes"].items()}}


def find_missing(ds: Dataset) -> list[str]:
    """Return one sentence per Type 1 attribute that is absent or empty, and per Type 2 that is absent."""
    sop_class_uid = str(ds.SOPClassUID)
    trees = [tree for keyword, tree in _present_modules(sop_class_uid) if keyword in ds]
    found: dict[str, None] = {}
    for tree in (*mandatory_modules(sop_class_uid), *trees):
        found.update(dict.fromkeys(_walk(ds, tree)))
    return list(found)


def _walk(ds: Dataset, tree: Tree) -> Iterator[str]:
    for keyword, row in tree["attributes"].items():
        yield from _check_attribute(ds, keyword, row["type"].value)
        for item in (ds.get(keyword) or ()) if "attributes" in row else ():
            yield from _walk(item, row)


def _check_attribute(ds: Dataset, keyword: str, type_: str) -> Iterator[str]:
    if keyword in _UNREAD or type_ not in ("1", "2"):
        return
    if keyword not in ds:
        yield f"{keyword} (Type {type_}) is missing"
    elif type_ == "1" and ds[keyword].is_empty:
        yield f"{keyword} (Type 1) is empty"
