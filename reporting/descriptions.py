"""What the free text of a header says of side and view, so that it can be held against the attributes.

Whole words only, and nothing where a text names both or neither: these words may contradict an attribute, never stand
in for one. A single letter is no word: "R" begins "R/O", and "L" the lumbar spine.
"""

import re
from collections.abc import Iterable, Mapping

from pydicom import Dataset

#: Attributes that describe what was taken, from the study to the image.
_OF_SIDES = (
    "StudyDescription",
    "SeriesDescription",
    "ProtocolName",
    "PerformedProcedureStepDescription",
    "AcquisitionDeviceProcessingDescription",
)
#: Those that speak of one view; a study's description names all of its views.
_OF_VIEWS = ("SeriesDescription", "ProtocolName", "AcquisitionDeviceProcessingDescription")

_SIDES = {
    "L": "left lt links linke linker linkes gauche izquierda izquierdo izq esquerda esquerdo sinistra sinistro "
    "vänster يسار أيسر اليسرى اليسار",
    "R": "right rt rechts rechte rechter rechtes droite droit derecha derecho direita direito destra destro "
    "höger يمين أيمن اليمنى اليمين",
}
_VIEWS = {
    "frontal": "ap pa frontal anteroposterior posteroanterior dorsopalmar dorsoplantar أمامي أمامية",
    "lateral": "lat lateral laterale latéral latérale profil perfil seitlich جانبي جانبية",
}
#: View Position (0018,5101), PS3.3 C.8.7.1.1.6 and beyond.
_POSITIONS = {
    "AP": "frontal",
    "PA": "frontal",
    "LL": "lateral",
    "RL": "lateral",
    "LAT": "lateral",
    "LATERAL": "lateral",
}
#: Modifiers of the anatomic region (PS3.16 CID 244), in SNOMED CT and in its codes of before 2018.
_MODIFIERS = {"7771000": "L", "24028007": "R", "G-A101": "L", "G-A100": "R"}


def describe_side(header: Dataset) -> str:
    """Return L or R as the descriptions name it, empty where they name none or both."""
    found = {_MODIFIERS[code] for code in _modifiers(header) if code in _MODIFIERS}
    return _only(found | _find(_words(header, _OF_SIDES), _SIDES))


def describe_view(header: Dataset) -> str:
    """Return frontal or lateral as the descriptions name it, empty where they name none or both."""
    return _only(_find(_words(header, _OF_VIEWS), _VIEWS))


def position_view(view_position: str) -> str:
    """Return frontal or lateral as View Position states it, empty for any other."""
    return _POSITIONS.get(view_position.upper(), "")


def _words(header: Dataset, keywords: Iterable[str]) -> set[str]:
    text = " ".join(str(header.get(keyword) or "") for keyword in keywords)
    return set(re.findall(r"[^\W\d_]+", text.lower()))


def _find(words: set[str], table: Mapping[str, str]) -> set[str]:
    return {name for name, known in table.items() if words & set(known.split())}


def _only(found: set[str]) -> str:
    return found.pop() if len(found) == 1 else ""


def _modifiers(header: Dataset) -> Iterable[str]:
    for region in header.get("AnatomicRegionSequence") or ():
        for modifier in region.get("AnatomicRegionModifierSequence") or ():
            yield str(modifier.get("CodeValue", ""))
