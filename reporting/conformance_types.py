"""The Type 1 and Type 2 attributes of the modules that an object must have, as the pinned highdicom tabulates PS3.3."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from highdicom._standard_utils import (
    construct_module_tree,
    get_iod_module_map,
    get_sop_class_iod_map,
)
from pydicom import Dataset

from reporting.source import IDENTITY_MODULES

#: Not checked: the source's own words, and content items, whose needs depend on their value type.
_UNCHECKED = {*IDENTITY_MODULES, "sr-document-content"}
#: After the header is read without it.
_UNREAD = {"PixelData"}

Tree = Mapping[str, Any]


@cache
def mandatory_modules(sop_class_uid: str) -> tuple[Tree, ...]:
    """Return the attribute trees of the modules that objects of a class must have."""
    rows = get_iod_module_map()[get_sop_class_iod_map()[sop_class_uid]]
    keys = [row["key"] for row in rows if row["usage"] == "M" and row["key"] not in _UNCHECKED]
    return tuple(construct_module_tree(key) for key in keys)


def find_missing(ds: Dataset) -> list[str]:
    """Return one sentence per Type 1 attribute that is absent or empty, and per Type 2 that is absent."""
    found: dict[str, None] = {}
    for tree in mandatory_modules(str(ds.SOPClassUID)):
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
