"""The structured report: PS3.16 TID 1500, with one group for the study, one per image read and one per box.

Comprehensive 3D SR as IHE AI Results asks, and the same content as Comprehensive SR for peers that refuse that class.
"""

import numpy as np
from highdicom import sr
from highdicom.coding_schemes import CodingSchemeIdentificationItem
from pydicom import Dataset
from pydicom.sr.codedict import codes as dicom_codes
from pydicom.sr.coding import Code
from pydicom.uid import Comprehensive3DSRStorage, ComprehensiveSRStorage

from domain.document import Document, DocumentKind
from domain.finding import Box
from domain.uid import derive_uid
from reporting import codes, equipment, local_text, recommendations, wording
from reporting.certainty import measure_box, measure_image, measure_study
from reporting.fracture_types import ASSOCIATED_MORPHOLOGY, code_type
from reporting.instance import Slot, finish, name_predecessors, write
from reporting.statement import Finding, ImageStatement, StudyStatement

_LO_LENGTH = 64
_CLASSES = {
    DocumentKind.STRUCTURED_REPORT: Comprehensive3DSRStorage,
    DocumentKind.STRUCTURED_REPORT_BASIC: ComprehensiveSRStorage,
}


def write_structured_reports(statement: StudyStatement) -> tuple[Document, ...]:
    """Return the report as Comprehensive 3D SR and as Comprehensive SR, equal but for class, UID and predecessors."""
    report = _lay_out(statement)
    return tuple(_write_as(kind, report, statement) for kind in _CLASSES)


def _write_as(kind: DocumentKind, report: Dataset, statement: StudyStatement) -> Document:
    slot = _slot(kind)
    report.SOPClassUID = _CLASSES[kind]
    report.SOPInstanceUID = slot.sop_instance_uid(statement)
    report.InstanceNumber = slot.number
    name_predecessors(report, statement)
    return write(report, slot, statement)


def _slot(kind: DocumentKind) -> Slot:
    return Slot(kind, "SR", "", number=1 + list(_CLASSES).index(kind))


def _lay_out(statement: StudyStatement) -> Dataset:
    source, retracts = statement.images[0].source, statement.study.retraction is not None
    report = sr.MeasurementReport(
        equipment.observe(statement.study),
        codes.XR_REPORT,
        _describe_groups(statement),
        title=dicom_codes.cid7021.ImagingMeasurementReport,
    )
    ds: Dataset = sr.Comprehensive3DSR(
        [image.source.skeleton for image in statement.images],
        _without_children(report[0]),
        is_complete=statement.whole or retracts,
        is_final=False,
        is_verified=False,
        coding_schemes=_private_schemes(statement) or None,
        **_slot(DocumentKind.STRUCTURED_REPORT).arguments(statement),
    )
    ds.ContentSequence = report[0].ContentSequence
    if retracts:  # all that there is to say: a reader of complete documents alone must not stay with the one before
        ds.CompletionFlagDescription = wording.RETRACTED[:_LO_LENGTH]
    elif not statement.whole:
        ds.CompletionFlagDescription = _describe_gaps(statement)[:_LO_LENGTH]
    _separate_containers(ds)
    finish(ds, statement, source)
    return ds


def _describe_gaps(statement: StudyStatement) -> str:
    """What the report is not of: images that were not read, or had not arrived."""
    shortfall = statement.study.shortfall
    if statement.complete and shortfall is not None:
        return wording.describe_arrival_in_short(shortfall.arrived, shortfall.expected)
    return wording.describe_coverage(len(statement.read), len(statement.images))


def _without_children(root: Dataset) -> Dataset:
    """Return the root of a report alone.

    The library copies the whole content and searches it for its references, which takes a third of the time of the
    report: what a document refers to is checked before it leaves (conformance_references).
    """
    bare = Dataset()
    bare.update({element.tag: element for element in root if element.keyword != "ContentSequence"})
    bare.ContentSequence = []
    return bare


def _private_schemes(statement: StudyStatement) -> list[CodingSchemeIdentificationItem]:
    """Coding Scheme Identification (PS3.3 C.12.1.1) of our own scheme, where a code of it stands in the report."""
    types = filter(None, (code_type(image.fracture_type) for image in statement.read))
    if statement.read and codes.PRIVATE_SCHEME not in {code.scheme_designator for code in types}:
        return []
    return [CodingSchemeIdentificationItem(codes.PRIVATE_SCHEME, name="Osteonode", uid=derive_uid("coding scheme"))]


def _separate_containers(item: Dataset) -> None:
    """Continuity SEPARATE on every container: with CONTINUOUS a reader drops the names of the items."""
    if item.get("ValueType") == "CONTAINER":
        item.ContinuityOfContent = "SEPARATE"
    for child in item.get("ContentSequence", ()):
        _separate_containers(child)


Group = sr.MeasurementsAndQualitativeEvaluations | sr.PlanarROIMeasurementsAndQualitativeEvaluations


def _describe_groups(statement: StudyStatement) -> list[Group]:
    groups: list[Group] = [_describe_study(statement)]
    for image in statement.read:
        groups.append(_describe_image(statement, image))
        groups += [_describe_finding(statement, image, finding) for finding in image.findings]
    return groups


def _describe_study(statement: StudyStatement) -> sr.MeasurementsAndQualitativeEvaluations:
    """TID 1501 for the study: what was processed, what was found, and every image in words."""
    group = sr.MeasurementsAndQualitativeEvaluations(
        sr.TrackingIdentifier(derive_uid(statement.study_instance_uid, "study"), "Study"),
        finding_type=codes.FRACTURE,
        finding_sites=_distinct_sites(statement) or None,
        algorithm_id=equipment.identify_algorithm(statement.study),
        measurements=measure_study(statement) or None,
        qualitative_evaluations=[*_evaluate_processing(statement), _evaluate(codes.FRACTURE, statement.presence)],
        source_images=[_source_of_group(image) for image in statement.images],
    )
    _comment(group, local_text.comment_study(statement))
    return group


def _evaluate_processing(statement: StudyStatement) -> list[sr.QualitativeEvaluation]:
    """What was processed; of a retraction that it is one, and why."""
    retraction = statement.study.retraction
    if retraction is None:
        return [_evaluate(codes.PROCESSING_SUMMARY, statement.summary)]
    return [
        _evaluate(codes.RESULT_STATUS, codes.RETRACTED),
        _evaluate(codes.RETRACTION_REASON, codes.RETRACTION_REASONS[retraction.reason]),
    ]


def _evaluate(concept: Code, value: Code) -> sr.QualitativeEvaluation:
    return sr.QualitativeEvaluation(concept, value)


def _describe_image(statement: StudyStatement, image: ImageStatement) -> sr.MeasurementsAndQualitativeEvaluations:
    """TID 1501 for one image that was read."""
    assert image.fracture is not None
    tracking_uid = derive_uid(statement.study_instance_uid, image.reading.sop_instance_uid, "image")
    group = sr.MeasurementsAndQualitativeEvaluations(
        sr.TrackingIdentifier(tracking_uid, f"Image {image.number}"),
        finding_type=codes.FRACTURE,
        finding_sites=_site(image),
        algorithm_id=equipment.identify_algorithm(statement.study),
        measurements=[measure_image(image)],
        qualitative_evaluations=[
            sr.QualitativeEvaluation(codes.FRACTURE, codes.PRESENCE[image.fracture.state]),
            *_evaluate_type(image),
        ],
        source_images=[_source_of_group(image)],
    )
    _comment(group, local_text.comment_image(statement, image))
    for row in recommendations.suggest(statement, image):
        _say(group, codes.RECOMMENDATION, "\n".join(recommendations.describe(row)))
    return group


def _evaluate_type(image: ImageStatement) -> list[sr.QualitativeEvaluation]:
    """The type of the fracture as a code, where it has one; its certainty stands in the text on the image."""
    code = code_type(image.fracture_type)
    return [sr.QualitativeEvaluation(ASSOCIATED_MORPHOLOGY, code)] if code else []


def _describe_finding(
    statement: StudyStatement, image: ImageStatement, finding: Finding
) -> sr.PlanarROIMeasurementsAndQualitativeEvaluations:
    """TID 1410 for one box."""
    assert image.fracture is not None
    region = sr.ImageRegion(
        "POLYLINE",
        outline(finding.box),
        sr.SourceImageForRegion(image.reading.sop_class_uid, image.reading.sop_instance_uid),
    )
    return sr.PlanarROIMeasurementsAndQualitativeEvaluations(
        sr.TrackingIdentifier(finding.tracking_uid, finding.identifier),
        referenced_region=region,
        geometric_purpose=codes.BOUNDED_BY,
        finding_category=codes.MORPHOLOGICALLY_ABNORMAL,
        finding_type=codes.FRACTURE,
        finding_sites=_site(image),
        algorithm_id=equipment.identify_algorithm(statement.study),
        measurements=[measure_box(finding.box.probability)],
        qualitative_evaluations=[sr.QualitativeEvaluation(codes.FRACTURE, codes.PRESENCE[image.fracture.state])],
    )


def outline(box: Box) -> np.ndarray:
    """Return a box as a closed polyline: (5, 2) float64 of (column, row), clockwise from the top left."""
    left, top, right, bottom = box.x_min_px, box.y_min_px, box.x_max_px, box.y_max_px
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom], [left, top]], dtype=np.float64)


def _site(image: ImageStatement) -> list[sr.FindingSite] | None:
    return [sr.FindingSite(image.site, laterality=image.laterality)] if image.site else None


def _distinct_sites(statement: StudyStatement) -> list[sr.FindingSite]:
    sites: dict[tuple[Code, Code | None], ImageStatement] = {}
    for image in statement.read:
        if image.site is not None:
            sites.setdefault((image.site, image.laterality), image)
    return [sr.FindingSite(site, laterality=side) for site, side in sites]


def _source_of_group(image: ImageStatement) -> sr.SourceImageForMeasurementGroup:
    return sr.SourceImageForMeasurementGroup(image.reading.sop_class_uid, image.reading.sop_instance_uid)


def _comment(group: sr.MeasurementsAndQualitativeEvaluations, text: str) -> None:
    _say(group, codes.COMMENT, text)


def _say(group: sr.MeasurementsAndQualitativeEvaluations, concept: Code, text: str) -> None:
    """TID 1501 permits a TEXT, highdicom only offers coded evaluations."""
    item = sr.TextContentItem(concept, text, sr.RelationshipTypeValues.CONTAINS)
    group[0].ContentSequence.append(item)
