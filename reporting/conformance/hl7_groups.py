"""What must be true of the groups of OBX rows: each speaks of its own image, and says of it what the findings say."""

from pydicom.sr.coding import Code

from reporting import codes
from reporting.hl7.er7 import code_element
from reporting.statement import ImageStatement, StudyStatement

#: The fields of a segment by their numbers; 0 is its name.
Segment = list[str]


def field(segment: Segment, number: int) -> str:
    """Return a field by its number, empty when the segment ends before."""
    return segment[number] if number < len(segment) else ""


def find_group_problems(rows: list[Segment], statement: StudyStatement) -> list[str]:
    """Rows are numbered, none is there twice, and each group says of its image what the statement says."""
    problems = []
    if [field(row, 1) for row in rows] != [str(number) for number in range(1, len(rows) + 1)]:
        problems.append("OBX-1 does not count")
    if len({(field(row, 3), field(row, 4)) for row in rows}) != len(rows):
        problems.append("OBX-3 and OBX-4 are there twice")
    if {field(row, 4) for row in rows} != {"", *_expect_groups(statement)}:
        problems.append("OBX-4 is not of the images and their findings")
    images = [image.reading.sop_instance_uid for image in statement.images]
    if _values_of(codes.DICOM_STUDY, rows) != {"": statement.study_instance_uid}:
        problems.append("OBX-5 HD is not the study")
    if list(_values_of(codes.SOURCE_IMAGE, rows).values()) != images:
        problems.append("OBX-5 HD are not the images")
    for name, concept, expected in _GROUP_RULES:
        said, groups = _values_of(concept, rows), _expect_groups(statement).items()
        problems += [f"OBX-5 {name} of group {group}" for group, image in groups if said.get(group) != expected(image)]
    return problems


def _values_of(concept: Code, rows: list[Segment]) -> dict[str, str]:
    """OBX-5 by OBX-4 of the rows of a concept."""
    return {field(row, 4): field(row, 5) for row in rows if field(row, 3) == code_element(concept)}


def _expect_groups(statement: StudyStatement) -> dict[str, ImageStatement]:
    """The groups of a message, by OBX-4, each with the image that it speaks of."""
    groups = {}
    for image in statement.images:
        groups[str(image.number)] = image
        groups |= {f"{image.number}.{index}": image for index in range(1, len(image.findings) + 1)}
    return groups


def _expect_side(image: ImageStatement) -> str | None:
    return code_element(image.laterality) if image.laterality and image.fracture else None


def _expect_site(image: ImageStatement) -> str | None:
    return code_element(image.site) if image.site else None


def _expect_presence(image: ImageStatement) -> str:
    return code_element(codes.PRESENCE[image.fracture.state] if image.fracture else codes.UNDETERMINED)


_GROUP_RULES = (
    ("laterality", codes.LATERALITY, _expect_side),
    ("site", codes.FINDING_SITE, _expect_site),
    ("presence", codes.FRACTURE, _expect_presence),
)
