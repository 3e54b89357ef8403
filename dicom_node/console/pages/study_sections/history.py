"""The history of a study: one sentence for each thing that happened, version by version."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from dicom_node.console.happenings import Moment, describe_happenings
from dicom_node.console.section import Section
from dicom_node.console.visit import Visit
from dicom_node.study_ports import StudyFile
from reporting.translation import load_translation


def describe(visit: Visit, file: StudyFile) -> Mapping[str, Any]:
    """Return what happened below its version, the newest version first."""
    names = load_translation(visit.words.language)
    return {"versions": _group_by_version(describe_happenings(file.happenings, visit.words, names))}


def _group_by_version(moments: Sequence[Moment]) -> list[tuple[int, list[Moment]]]:
    """Put the newest version first; in each, what happened stays in its order."""
    versions = sorted({each.version for each in moments}, reverse=True)
    return [(version, [each for each in moments if each.version == version]) for version in versions]


SECTION: Final = Section("study/history.html", describe)
