"""The OBX rows of a message: what is said of the study, then a group for each image and for each of its findings.

OBX-4 groups them (HL7 2.5.1, 7.4.2.4): empty for the study, "2" for its second image, "2.1" for that image's first
finding.
OBX-3 and OBX-4 together are unique. The groups are those of the structured report (TID 1501, TID 1410), with its codes
and its tracking identifiers, so that a receiver can join the two.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pydicom.sr.coding import Code

from domain.finding import FractureState
from reporting import codes, equipment, local_text, recommendations
from reporting.fracture_types import ASSOCIATED_MORPHOLOGY, code_type
from reporting.hl7 import er7
from reporting.statement import Finding, ImageStatement, StudyStatement

_FLAGS = {FractureState.PRESENT: "A", FractureState.ABSENT: "N"}  # table 0078; doubt has none
#: OBX-11 (table 0085): a result cannot be obtained for this observation.
NOT_OBTAINED = "X"


@dataclass(frozen=True, slots=True)
class Observation:
    """One OBX, its value encoded; `status` is OBX-11 where it is another than the message's."""

    value_type: str
    concept: str
    value: str
    sub_id: str = ""
    units: str = ""
    flag: str = ""
    status: str = ""


def observe(statement: StudyStatement) -> Iterator[Observation]:
    """Yield the rows in their order."""
    yield from _describe_study(statement)
    for image in statement.images:
        yield from _group(str(image.number), _describe_image(statement, image))
        for index, finding in enumerate(image.findings, 1):
            yield from _group(f"{image.number}.{index}", _describe_finding(image, finding))
    text = er7.escape_lines(local_text.write_narrative(statement), limit_bytes=er7.FT_LIMIT_BYTES)
    yield Observation("FT", er7.code_element(codes.IMPRESSIONS), text)


def _group(sub_id: str, rows: Iterator[Observation]) -> Iterator[Observation]:
    return (replace(row, sub_id=sub_id) for row in rows)


def _describe_study(statement: StudyStatement) -> Iterator[Observation]:
    yield Observation("HD", er7.code_element(codes.DICOM_STUDY), er7.escape(statement.study_instance_uid))
    yield _coded(codes.FRACTURE, statement.presence, flag=_FLAGS.get(statement.state, "") if statement.state else "")
    if statement.result.fracture is not None:
        yield _certainty(statement.result.fracture.probability)
    yield from _describe_processing(statement)
    if models := equipment.describe_members(statement.study):
        names = (er7.escape(name, limit_bytes=er7.ST_LIMIT_BYTES) for name in models)
        yield Observation("ST", er7.code_element(codes.ALGORITHM_NAME), er7.repetitions(names))


def _describe_processing(statement: StudyStatement) -> Iterator[Observation]:
    """What was processed; of a retraction that it is one, and why."""
    retraction = statement.study.retraction
    if retraction is None:
        yield _coded(codes.PROCESSING_SUMMARY, statement.summary)
        return
    yield _coded(codes.RESULT_STATUS, codes.RETRACTED)
    yield _coded(codes.RETRACTION_REASON, codes.RETRACTION_REASONS[retraction.reason])


def _describe_image(statement: StudyStatement, image: ImageStatement) -> Iterator[Observation]:
    yield Observation("HD", er7.code_element(codes.SOURCE_IMAGE), er7.escape(image.reading.sop_instance_uid))
    if image.fracture is None:
        yield replace(_coded(codes.FRACTURE, codes.UNDETERMINED), status=NOT_OBTAINED)
        reason = er7.escape(image.headline, limit_bytes=er7.FT_LIMIT_BYTES)
        yield Observation("FT", er7.code_element(codes.COMMENT), reason, status=NOT_OBTAINED)
        return
    yield from _describe_presence(image, image.fracture.probability)
    if (kind := image.fracture_type) is not None:
        code = code_type(kind)
        value = er7.code_element(code) if code else er7.components("", er7.escape(kind.label))
        yield Observation("CWE", er7.code_element(ASSOCIATED_MORPHOLOGY), value)
    yield from _describe_suggestions(statement, image)


def _describe_finding(image: ImageStatement, finding: Finding) -> Iterator[Observation]:
    yield Observation("ST", er7.code_element(codes.TRACKING_UID), er7.escape(finding.tracking_uid))
    yield from _describe_presence(image, finding.box.probability)


def _describe_presence(image: ImageStatement, probability: float) -> Iterator[Observation]:
    """Whether, how sure, where, and on which side: the side of the header, also where no place is known."""
    assert image.fracture is not None
    yield _coded(codes.FRACTURE, codes.PRESENCE[image.fracture.state], flag=_FLAGS.get(image.fracture.state, ""))
    yield _certainty(probability)
    if image.site is not None:
        yield _coded(codes.FINDING_SITE, image.site)
    if image.laterality is not None:
        yield _coded(codes.LATERALITY, image.laterality)


def _describe_suggestions(statement: StudyStatement, image: ImageStatement) -> Iterator[Observation]:
    """What guidelines suggest for an image, each with its source; nothing where the site has not turned it on."""
    described = map(recommendations.describe, recommendations.suggest(statement, image))
    lines = tuple(line for text, source in described for line in (f"{image.name}: {text}", source))
    if lines:
        value = er7.escape_lines(lines, limit_bytes=er7.FT_LIMIT_BYTES)
        yield Observation("FT", er7.code_element(codes.RECOMMENDATION), value)


def _coded(concept: Code, value: Code, flag: str = "") -> Observation:
    return Observation("CWE", er7.code_element(concept), er7.code_element(value), flag=flag)


def _certainty(probability: float) -> Observation:
    """NM in percent; the alternate code says of what, for beside "Absent" the standard's name could mislead."""
    concept = f"{er7.code_element(codes.CERTAINTY_OF_FINDING)}^{er7.code_element(codes.FRACTURE_PROBABILITY)}"
    return Observation("NM", concept, f"{100 * probability:.1f}", units="%^percent^UCUM")
