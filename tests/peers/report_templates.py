"""PixelMed's DicomSRValidator: what it finds wrong in structured reports, by the templates of PS3.16."""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

TIMEOUT_SECONDS = 600
_JAR = Path("/usr/share/java/pixelmed.jar")
_PROGRAM = Path(__file__).with_name("TemplateValidator.java")
# Java since 2021 refuses to compile rules as long as PixelMed's; Debian's own script knows no way to allow it.
_LIMITS = [f"-Djdk.xml.{name}=0" for name in ("xpathTotalOpLimit", "xpathExprOpLimit", "xpathExprGrpLimit")]
# The least processor time for a process that lives for seconds.
_QUICK_START = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx4g"]

_FINISHED = {"Root Template Validation Complete", "IOD validation complete"}
_PROGRESS = re.compile(r"Found \w+ IOD|Found Root Template |Root Content Item has Template Identifier ")
_PLACE = re.compile(r"(?:Error|Warning): Template (?P<template>\d+) .*?: (?:within )?(?P<position>\d+(?:\.\d+)+): /")
#: What the validator (20220618) does not know, in its words, with the clause of PS3.16 that knows it.
KNOWN = (
    # CID 100 of 2025-01-22 lists it, the validator's is of 2019-01-21; TID 1500 makes it a baseline group besides.
    'Code (43468-8,LN,"XR unspecified body region") not found in context group 100',
    # TID 1501 rows 11 and 12, and their like in TID 1410: qualitative evaluations, a code or a text under any name.
    '/CODE (111017,DCM,"CAD Processing and Findings Summary"): Content Item not in template',
    '/CODE (72704001,SCT,"Fracture"): Content Item not in template',
    '/CODE (116676008,SCT,"Associated morphology"): Content Item not in template',
    '/CODE (RESULTSTATUS,99OSTEO,"Result status"): Content Item not in template',
    '/CODE (RETRACTREASON,99OSTEO,"Reason of retraction"): Content Item not in template',
    '/TEXT (121106,DCM,"Comment"): Content Item not in template',
    '/TEXT (121075,DCM,"Recommendation"): Content Item not in template',
    # The row that CP-2176 added to TID 1410, 1411 and 1501.
    '/CODE (276214006,SCT,"Finding category"): Content Item not in template',
    # TID 1410 row 3c; the validator knows it, but holds no group against TID 1410 where a report has two regions.
    '/CODE (130400,DCM,"Geometric purpose of region"): Content Item not in template',
)
_OTHER_TEMPLATE = "does not match expected template ID"


def find_remarks(paths: Sequence[Path]) -> dict[Path, list[str]]:
    """Return the errors and warnings about each report; it costs about as much for many as for one.

    Raises:
        subprocess.CalledProcessError: the validator did not run to its end; its words stand in `stderr`.
    """
    command = ["java", *_QUICK_START, *_LIMITS, "-cp", str(_JAR), str(_PROGRAM), *map(str, paths)]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=TIMEOUT_SECONDS)
    _, *sections = re.split(r"^File: .*\n", run.stdout, flags=re.MULTILINE)
    return {path: _read_remarks(section) for path, section in zip(paths, sections, strict=True)}


def _read_remarks(section: str) -> list[str]:
    lines = [line for line in section.splitlines() if line]
    unfinished = [f"not said: {line}" for line in sorted(_FINISHED - set(lines))]
    remarks = [line for line in lines if line not in _FINISHED and not _PROGRESS.match(line)]
    return unfinished + _leave_out_other_templates(remarks)


def _leave_out_other_templates(remarks: Sequence[str]) -> list[str]:
    """Return the remarks but for those that hold a measurement group against a template that it does not name.

    TID 1500 rows 7 to 9 include TID 1410, 1411 and 1501 side by side, each for groups of its own. The validator holds
    every group against TID 1501, and against TID 1410 too as soon as the whole report has exactly one region, and
    says so: the Template Identifier (0040,DB00) of the group "does not match".
    """
    mistaken = {_place(remark) for remark in remarks if _OTHER_TEMPLATE in remark}
    return [remark for remark in remarks if _place(remark) is None or _place(remark) not in mistaken]


def _place(remark: str) -> tuple[str, str] | None:
    """Return the template that a remark holds a content item against, and the item's position in the tree."""
    found = _PLACE.match(remark)
    return (found["template"], found["position"]) if found else None
