"""The kinds of image that a sender may send, under the short names that people use, and their SOP Class UIDs."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import BeforeValidator


class ImageClass(StrEnum):
    """An image class of plain radiographs (PS3.4 B.5); the values are what a configuration says."""

    CR = "CR"
    DX = "DX"
    DX_FOR_PROCESSING = "DX-FOR-PROCESSING"
    SC = "SC"
    RF = "RF"


#: UID and keyword of each (PS3.6 Annex A). The keyword may stand in a configuration as well.
SOP_CLASS_OF: Final[Mapping[ImageClass, tuple[str, str]]] = {
    ImageClass.CR: ("1.2.840.10008.5.1.4.1.1.1", "ComputedRadiographyImageStorage"),
    ImageClass.DX: ("1.2.840.10008.5.1.4.1.1.1.1", "DigitalXRayImageStorageForPresentation"),
    ImageClass.DX_FOR_PROCESSING: ("1.2.840.10008.5.1.4.1.1.1.1.1", "DigitalXRayImageStorageForProcessing"),
    ImageClass.SC: ("1.2.840.10008.5.1.4.1.1.7", "SecondaryCaptureImageStorage"),
    ImageClass.RF: ("1.2.840.10008.5.1.4.1.1.12.2", "XRayRadiofluoroscopicImageStorage"),
}
_BY_ANY_NAME: Final = {name.lower(): kind for kind, names in SOP_CLASS_OF.items() for name in (*names, kind.value)}


def _as_short_name(value: Any) -> Any:
    return _BY_ANY_NAME.get(value.strip().lower(), value) if isinstance(value, str) else value


#: As a key of a table: the short name, the keyword or the UID, in any case.
NamedImageClass = Annotated[ImageClass, BeforeValidator(_as_short_name)]


def uids_of(classes: tuple[ImageClass, ...]) -> frozenset[str]:
    """Return the SOP Class UIDs; of every class where none is named."""
    return frozenset(SOP_CLASS_OF[each][0] for each in classes or tuple(ImageClass))
