"""Codes of the drawn body parts and views: DICOM PS3.16 Annex L, CID 244 and CID 4010."""

from pydicom.dataset import Dataset

# BodyPartExamined: SNOMED CT code, meaning, whether there is one on each side
BODY_PART_CODES: dict[str, tuple[str, str, bool]] = {
    "HAND": ("85562004", "Hand", True),
    "WRIST": ("74670003", "Wrist joint", True),
    "FOREARM": ("14975008", "Forearm", True),
    "KNEE": ("72696002", "Knee", True),
    "LEG": ("30021000", "Lower leg", True),
    "ANKLE": ("70258002", "Ankle joint", True),
    "FOOT": ("56459004", "Foot", True),
    "HIP": ("24136001", "Hip joint", True),
    "PELVIS": ("816092008", "Pelvis", False),
    "SHOULDER": ("16982005", "Shoulder", True),
    "CHEST": ("816094009", "Chest", False),
}
_VIEW_CODES: dict[str, tuple[str, str]] = {
    "AP": ("399348003", "antero-posterior"),
    "PA": ("272479007", "postero-anterior"),
    "LATERAL": ("399067008", "lateral"),
}
# ViewPosition (0018,5101): defined terms of PS3.3 C.8.1.1.1
_VIEW_POSITIONS: dict[tuple[str, str | None], str] = {("LATERAL", "L"): "LL", ("LATERAL", "R"): "RL"}


def code_region(body_part: str) -> Dataset:
    """Return the item of AnatomicRegionSequence (0008,2218)."""
    value, meaning, _ = BODY_PART_CODES[body_part]
    return _code(value, meaning)


def code_view(view: str) -> Dataset:
    """Return the item of ViewCodeSequence (0054,0220), with an empty modifier."""
    item = _code(*_VIEW_CODES[view])
    item.ViewModifierCodeSequence = []
    return item


def name_view_position(view: str, laterality: str | None) -> str:
    """Return ViewPosition (0018,5101); empty for a lateral view of an unknown side."""
    return _VIEW_POSITIONS.get((view, laterality), "" if view == "LATERAL" else view)


def is_paired(body_part: str) -> bool:
    """Say whether the body part exists on each side, so that the header must name one."""
    return BODY_PART_CODES[body_part][2]


def _code(value: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "SCT", meaning
    return item
