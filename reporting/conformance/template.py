"""Content items against the rows of their template: what is missing, what is too much, what is not said as it must be.

A report is walked from its root; an item that fits no row of its parent is named, and its children are not looked at.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache

from pydicom import Dataset
from pydicom.sr.coding import Code

from reporting.codes import PERCENT
from reporting.conformance.report_template import ROOTS, Row

#: What an item of each value type must have (PS3.3 C.17.3); below a sequence, what each of its items must have.
_NEEDS: dict[str, tuple[str, ...]] = {
    "CONTAINER": ("ContinuityOfContent",),
    "TEXT": ("TextValue",),
    "CODE": ("ConceptCodeSequence",),
    "NUM": ("MeasuredValueSequence",),
    "UIDREF": ("UID",),
    "SCOORD": ("GraphicType", "GraphicData"),
    "IMAGE": ("ReferencedSOPSequence",),
    "COMPOSITE": ("ReferencedSOPSequence",),
}
_ITEM_NEEDS: dict[str, tuple[str, ...]] = {
    "ConceptNameCodeSequence": ("CodeValue", "CodingSchemeDesignator", "CodeMeaning"),
    "ConceptCodeSequence": ("CodeValue", "CodingSchemeDesignator", "CodeMeaning"),
    "MeasuredValueSequence": ("NumericValue", "MeasurementUnitsCodeSequence"),
    "ReferencedSOPSequence": ("ReferencedSOPClassUID", "ReferencedSOPInstanceUID"),
}

Key = tuple[str, str, str, str]


def find_template_problems(ds: Dataset) -> list[str]:
    """Return what is wrong with a document of content items; nothing for any other."""
    if "ValueType" not in ds:
        return []
    root = next((row for row in ROOTS if _key_of_row(row) == _key_of_item(ds)), None)
    if root is None:
        return [f"no template has the root {_name_item(ds)}"]
    return list(dict.fromkeys(_walk(ds, root)))


def _walk(item: Dataset, row: Row) -> Iterator[str]:
    yield from _check_item(item, row)
    known = {_key_of_row(child): child for child in row.rows}
    where = f"TID {row.template}" if row.template else _name_row(row)
    children: Sequence[Dataset] = item.get("ContentSequence") or ()
    counts: Counter[Key] = Counter()
    for child in children:
        key = _key_of_item(child)
        counts[key] += 1
        if key in known:
            yield from _walk(child, known[key])
        else:
            yield f"{where} has no row for {_name_item(child)}"
    for key, expected in known.items():
        if not expected.least <= counts[key] <= expected.most:
            yield f"{where} has {_name_row(expected)} {counts[key]} times"
    if row.one_of and not any(key[1] in row.one_of for key in counts):
        yield f"{where} names nothing"


def _check_item(item: Dataset, row: Row) -> Iterator[str]:
    """What an item says, by its value type and its row."""
    yield from _find_gaps(item, row)
    if row.value_type == "CODE" and row.values and _code(item, "ConceptCodeSequence") not in map(_pair, row.values):
        yield f"{_name_row(row)} has a value of another context group"
    if row.units:
        yield from _check_number(item, row)


def _find_gaps(item: Dataset, row: Row) -> Iterator[str]:
    needed = (*_NEEDS[row.value_type], *(("ConceptNameCodeSequence",) if row.concept else ()))
    for keyword in needed:
        if not item.get(keyword):
            yield f"{_name_row(row)} lacks {keyword}"
        for nested in _ITEM_NEEDS.get(keyword, ()):
            if any(nested not in each or each[nested].is_empty for each in item.get(keyword) or ()):
                yield f"{_name_row(row)} lacks {nested} in {keyword}"


def _check_number(item: Dataset, row: Row) -> Iterator[str]:
    """A number is in the units of its row and not below nothing; one in percent is not beyond all."""
    most = 100.0 if row.units == PERCENT.value else math.inf
    for value in item.get("MeasuredValueSequence") or ():
        if _code(value, "MeasurementUnitsCodeSequence")[0] != row.units:
            yield f"{_name_row(row)} is in other units"
        if not 0 <= float(value.get("NumericValue") or 0) <= most:
            yield f"{_name_row(row)} is beyond 0 to {most:g}"


def _code(item: Dataset, keyword: str) -> tuple[str, str]:
    for each in item.get(keyword) or ():
        return str(each.get("CodeValue", "")), str(each.get("CodingSchemeDesignator", ""))
    return "", ""


def _pair(code: Code) -> tuple[str, str]:
    return code.value, code.scheme_designator


@cache
def _key_of_row(row: Row) -> Key:
    """By what a row is found: two groups of one name differ in their template."""
    return row.relationship, row.value_type, " ".join(_pair(row.concept)) if row.concept else "", row.template


def _key_of_item(item: Dataset) -> Key:
    templates = [str(each.get("TemplateIdentifier", "")) for each in item.get("ContentTemplateSequence") or ()]
    name = " ".join(_code(item, "ConceptNameCodeSequence")).strip()
    return str(item.get("RelationshipType", "")), str(item.get("ValueType", "")), name, "/".join(templates)


def _name_row(row: Row) -> str:
    return f"{row.value_type} {row.concept.meaning}" if row.concept else row.value_type


def _name_item(item: Dataset) -> str:
    """An item by its codes: its meaning may be anybody's words, its value may name the patient."""
    relationship, value_type, name, template = _key_of_item(item)
    return " ".join(filter(None, (relationship, value_type, name, f"TID {template}" if template else "")))
