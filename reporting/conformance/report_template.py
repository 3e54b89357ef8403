"""The templates that our reports and selections follow, row by row: PS3.16 TID 1500, 1501, 1410 and 2010.

Narrower than PS3.16 on purpose, in the shape that IHE AI Results asks for: what stands in no row here does not leave,
see `conformance_template`. A new kind of statement begins with its row.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

from pydicom.sr.codedict import codes as dicom_codes
from pydicom.sr.coding import Code

from reporting import codes

MANY: Final = 10_000
#: Template Identifiers.
REPORT, GROUP_OF_FINDINGS, GROUP_OF_REGION, SELECTION = "1500", "1501", "1410", "2010"


@dataclass(frozen=True, slots=True)
class Row:
    """One content item of a template.

    Attributes:
        relationship: to its parent; empty for the root.
        concept: its name; None where it has none.
        least, most: how often it stands there.
        values: what a CODE may say; empty where anything.
        units: of a NUM, in UCUM.
        template: the Template Identifier (0040,DB00) of a CONTAINER that names one.
        rows: its children; it has no others.
        one_of: value types of children of which at least one stands there.
    """

    relationship: str
    value_type: str
    concept: Code | None
    least: int = 1
    most: int = 1
    values: tuple[Code, ...] = ()
    units: str = ""
    template: str = ""
    rows: tuple["Row", ...] = ()
    one_of: tuple[str, ...] = ()


def _row(relationship: str, value_type: str, concept: Code | None, times: str = "1", **details: Any) -> Row:
    """Return a row; `times` is `1`, `0-1`, `0-n` or `1-n`."""
    least, _, most = times.partition("-")
    return Row(relationship, value_type, concept, int(least), MANY if most == "n" else 1, **details)


def _modifier(value_type: str, concept: Code | None, times: str = "1", **details: Any) -> Row:
    return _row("HAS CONCEPT MOD", value_type, concept, times, **details)


def _context(value_type: str, concept: Code | None, times: str = "1", **details: Any) -> Row:
    return _row("HAS OBS CONTEXT", value_type, concept, times, **details)


def _content(value_type: str, concept: Code | None, times: str = "1", **details: Any) -> Row:
    return _row("CONTAINS", value_type, concept, times, **details)


_DCM = dicom_codes.DCM
_SOURCE = Code("260753009", "SCT", "Source")
_PRESENCES = tuple(codes.PRESENCE.values())
_SUMMARIES = (*codes.PROCESSING_SUMMARIES.values(), codes.NO_ALGORITHM_SUCCEEDED)

#: TID 1204, 1002 and 1004: the language, and the device that observed.
_OBSERVER = (
    _modifier("CODE", _DCM.LanguageOfContentItemAndDescendants, "0-1"),
    _context("CODE", _DCM.ObserverType, values=(_DCM.Device,)),
    _context("UIDREF", _DCM.DeviceObserverUID),
    _context("TEXT", _DCM.DeviceObserverName),
    _context("TEXT", _DCM.DeviceObserverManufacturer),
    _context("TEXT", _DCM.DeviceObserverModelName),
)
#: TID 320: the image that a number was inferred from, by the corners of it.
_WHOLE_IMAGE = _row("INFERRED FROM", "SCOORD", _SOURCE, "0-1", rows=(_row("SELECTED FROM", "IMAGE", _SOURCE),))
#: TID 1501 rows 2 to 12 and their like in TID 1410: what tracks a group, what was found where, by which algorithm.
_GROUP = (
    _context("TEXT", _DCM.TrackingIdentifier),
    _context("UIDREF", _DCM.TrackingUniqueIdentifier),
    _content("CODE", _DCM.Finding, values=(codes.FRACTURE,)),
    _modifier(
        "CODE",
        codes.FINDING_SITE,
        "0-n",
        rows=(_modifier("CODE", codes.LATERALITY, "0-1", values=tuple(codes.SIDES.values())),),
    ),
    _modifier("TEXT", _DCM.AlgorithmName),
    _modifier("TEXT", _DCM.AlgorithmVersion),
    _modifier("TEXT", _DCM.AlgorithmParameters, "0-n"),
    _modifier("CODE", _DCM.AlgorithmFamily, values=(codes.ARTIFICIAL_INTELLIGENCE,)),
    _content("NUM", codes.CERTAINTY_OF_FINDING, "0-1", units=codes.PERCENT.value, rows=(_WHOLE_IMAGE,)),
    _content("CODE", codes.FRACTURE, values=_PRESENCES),
    _content("CODE", Code("116676008", "SCT", "Associated Morphology"), "0-n"),
)
_OF_FINDINGS = _content(
    "CONTAINER",
    _DCM.MeasurementGroup,
    "1-n",
    template=GROUP_OF_FINDINGS,
    rows=(
        *_GROUP,
        _content("CODE", codes.PROCESSING_SUMMARY, "0-1", values=_SUMMARIES),
        # In the place of the summary where a person took the result back.
        _content("CODE", codes.RESULT_STATUS, "0-1", values=(codes.RETRACTED,)),
        _content("CODE", codes.RETRACTION_REASON, "0-1", values=tuple(codes.RETRACTION_REASONS.values())),
        _content("NUM", codes.IMAGES_READ, "0-1", units=codes.COUNT.value, rows=(_WHOLE_IMAGE,)),
        _content("IMAGE", _DCM.SourceOfMeasurement, "1-n"),
        _content("TEXT", codes.COMMENT),
        _content("TEXT", codes.RECOMMENDATION, "0-n"),
    ),
)
#: TID 1410: one box, and the image that it lies on.
_OF_REGION = _content(
    "CONTAINER",
    _DCM.MeasurementGroup,
    "0-n",
    template=GROUP_OF_REGION,
    rows=(
        *_GROUP,
        _content("CODE", Code("276214006", "SCT", "Finding category"), values=(codes.MORPHOLOGICALLY_ABNORMAL,)),
        _content("CODE", _DCM.GeometricPurposeOfRegion, values=(codes.BOUNDED_BY,)),
        _content("SCOORD", _DCM.ImageRegion, rows=(_row("SELECTED FROM", "IMAGE", _SOURCE),)),
    ),
)
_MEASUREMENT_REPORT = Row(
    "",
    "CONTAINER",
    _DCM.ImagingMeasurementReport,
    template=REPORT,
    rows=(
        *_OBSERVER,
        _modifier("CODE", _DCM.ProcedureReported, "1-n"),
        _content("CONTAINER", _DCM.ImagingMeasurements, rows=(_OF_FINDINGS, _OF_REGION)),
    ),
)
#: TID 2010: what is selected has no name of its own.
_SELECTED = (
    *(replace(row, least=0) for row in _OBSERVER),
    _modifier("CODE", _DCM.DocumentTitleModifier, "0-n"),
    _content("TEXT", _DCM.KeyObjectDescription, "0-1"),
    _content("IMAGE", None, "0-n"),
    _content("COMPOSITE", None, "0-n"),
)
#: CID 7010: what a selection is for; all but the first tell an archive to hide what they name (IHE RAD IOCM).
_TITLES = (
    _DCM.OfInterest,
    _DCM.RejectedForQualityReasons,
    _DCM.RejectedForPatientSafetyReasons,
    _DCM.IncorrectModalityWorklistEntry,
    _DCM.DataRetentionPolicyExpired,
)
#: The root of every document that is made of content items.
ROOTS: Final = (
    _MEASUREMENT_REPORT,
    *(
        Row("", "CONTAINER", title, template=SELECTION, rows=_SELECTED, one_of=("IMAGE", "COMPOSITE"))
        for title in _TITLES
    ),
)
