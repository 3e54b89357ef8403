"""What the validators say of a study's documents, held against what they say of its sources."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydicom import Dataset, dcmread
from pydicom.uid import GrayscaleSoftcopyPresentationStateStorage

from domain.document import FALLBACKS
from reporting import codes
from reporting.source import identity_keywords
from tests.integration.document_matrix import Filed, MatrixStudy
from tests.peers.report_templates import KNOWN, find_remarks
from tests.peers.validators import check_presentation, compare_entities, verify_object

#: A name may be empty (type 2, PS3.3 C.7.1.1), which dcmpschk does not know.
_EMPTY_NAME = "dcmpschk: W: patientName absent or empty in presentation state"
_ATTRIBUTE = re.compile(r"</(\w+)\(|Affected attribute: (\w+) |not the other - Element=<(\w+)>")


@dataclass(frozen=True)
class Remark:
    """What a validator says of a document, by the name of its study."""

    study: str
    document: str
    words: str


@dataclass(frozen=True)
class Verdict:
    """What is wrong with a study's documents, and the attributes that are wrong in its sources already."""

    remarks: tuple[Remark, ...]
    carried: frozenset[str] = frozenset()


def judge(study: MatrixStudy) -> Verdict:
    """Ask dciodvfy of each document, dcmpschk of each presentation state, dcentvfy of all with their sources."""
    of_sources = {error for source in study.sources for error in (*verify_object(source), *_values(source))}
    remarks, carried = [], set()
    for filed in study.filed:
        for error in _find_errors(filed):
            attribute = _attribute(error)
            if _plain(error) in map(_plain, of_sources) and attribute in identity_keywords():
                carried.add(attribute)
            else:
                remarks.append(Remark(study.name, filed.kind, error))
    alone = [words for source in study.sources for words in compare_entities([source])]
    together = compare_entities([*study.sources, *(each.path for each in study.filed)])
    for error in (each for each in together if each not in alone):
        if any(_is_missing(_attribute(error), of_source) for of_source in of_sources):
            carried.add(_attribute(error))  # type 2: empty where the source has none
        else:
            remarks.append(Remark(study.name, "all together", error))
    return Verdict(tuple(remarks), frozenset(carried))


def judge_content(studies: Iterable[MatrixStudy], wrong: Mapping[str, Path]) -> list[Remark]:
    """Ask DicomSRValidator of every report and selection; of documents that say the same, once.

    Args:
        wrong: further files by the name that their remarks shall have, of no study.
    """
    # A report on many images says of each what one on two images says, and the rules take their time with every item.
    few = [study for study in studies if len(study.sources) <= 2]
    filed = [each for study in few for each in study.filed if _has_content(each)]
    contents = {each.path: _describe_content(dcmread(each.path)) for each in filed}
    asked = {content: path for path, content in contents.items()}
    # The stand-in has the content of what it stands in for, see the unit tests: one of them stands for all.
    asked |= dict([next((each.kind.value, each.path) for each in filed if each.kind in FALLBACKS.values())])
    said = find_remarks([*asked.values(), *wrong.values()])
    remarks = [
        Remark(each.study, each.kind, words)
        for each in filed
        for words in said[asked.get(each.kind, asked[contents[each.path]])]
        if not words.endswith(KNOWN)
    ]
    return remarks + [Remark(name, "mistake", words) for name, path in wrong.items() for words in said[path]]


def _find_errors(filed: Filed) -> list[str]:
    errors = verify_object(filed.path)
    if filed.head.sop_class_uid == GrayscaleSoftcopyPresentationStateStorage:
        errors += [each for each in check_presentation(filed.path) if each != _EMPTY_NAME]
    return errors


def _values(path: Path) -> list[str]:
    """What dcmpschk says of the values in a file that is no presentation state."""
    return [each for each in check_presentation(path) if _attribute(each)]


def _attribute(error: str) -> str:
    found = _ATTRIBUTE.search(error)
    return next(filter(None, found.groups()), "") if found else ""


def _is_missing(attribute: str, error: str) -> bool:
    return f"</{attribute}(" in error and "Missing attribute for Type 2 Required" in error


def _plain(error: str) -> str:
    return " ".join(error.split())


def _has_content(filed: Filed) -> bool:
    return "ValueType" in dcmread(filed.path, specific_tags=["ValueType"], stop_before_pixels=True)


def _describe_content(ds: Dataset) -> str:
    """Return all that a template can tell of a document: UIDs count by where they are equal, words not at all."""
    content = Dataset()
    content.ContentSequence, content.ConceptNameCodeSequence = ds.ContentSequence, ds.ConceptNameCodeSequence
    uids: dict[str, str] = {}
    text = re.sub(
        r"\b(2\.25|1\.2)\.[\d.]+", lambda found: uids.setdefault(found[0], f"#{len(uids)}"), content.to_json()
    )
    return json.dumps(json.loads(text, object_hook=_without_words))


_UID = re.compile(r"\b(2\.25|1\.2)\.[\d.]+")
#: Text Value, Numeric Value, Graphic Data, and the class of an image.
_WORDS = ("0040A160", "0040A30A", "00700022", "00081150")
#: Sites and sides, which the rules do not tell apart.
_PLACES = {part.code.value for part in codes.BODY_PARTS.values()} | {
    code.value for code in (*codes.REGIONS.values(), *codes.SIDES.values())
}


def _without_words(item: dict[str, Any]) -> dict[str, Any]:
    if item.get("00080100", {}).get("Value", [""])[0] in _PLACES:
        return {"a": "place"}
    return {key: value for key, value in item.items() if key not in _WORDS}
