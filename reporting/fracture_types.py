"""The type of a fracture, as the models name it and as the documents code it.

SCT where a public use of the code could be read; the others are private, for an invented code would be another concept.
"""

from pydicom.sr.coding import Code

from domain.finding import ImageReading, Labelled
from reporting.codes import PRIVATE_SCHEME

#: Concept name of a type beside the finding "Fracture".
ASSOCIATED_MORPHOLOGY = Code("116676008", "SCT", "Associated morphology")
#: A type is stated where the models find it more probable than all others together.
TYPE_FLOOR = 0.5


def _private(value: str, meaning: str) -> Code:
    return Code(value, PRIVATE_SCHEME, meaning)


#: By the label of the models; a label that is not here is stated in words alone.
TYPES = {
    "avulsion fracture": _private("AVULSION", "Avulsion fracture"),
    "comminuted fracture": Code("13321001", "SCT", "Fracture, comminuted"),
    "fracture dislocation": _private("FRACDISLOCATION", "Fracture-dislocation"),
    "greenstick fracture": Code("442085002", "SCT", "Greenstick fracture"),
    "hairline fracture": _private("HAIRLINE", "Hairline fracture"),
    "impacted fracture": _private("IMPACTED", "Impacted fracture"),
    "longitudinal fracture": _private("LONGITUDINAL", "Longitudinal fracture"),
    "oblique fracture": _private("OBLIQUE", "Oblique fracture"),
    "pathological fracture": _private("PATHOLOGICAL", "Pathological fracture"),
    "spiral fracture": Code("73737008", "SCT", "Fracture, spiral"),
}


def find_type(reading: ImageReading) -> Labelled | None:
    """Return the type that is more probable than not, None where none is."""
    best = max(reading.types, key=lambda found: found.probability, default=None)
    return best if best is not None and best.probability > TYPE_FLOOR else None


def code_type(stated: Labelled | None) -> Code | None:
    """Return the code of a type, None where there is no type or its label has no code."""
    return TYPES.get(stated.label) if stated is not None else None
