"""An upload that is kept for the one who made it: pixels and findings, and nothing that says whose they are."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

#: Keys of a reading that lead to a patient: UIDs name an image in the archive, and files are named after people.
_LEADING_TO_A_PATIENT: Final = ("path", "study_instance_uid", "sop_instance_uid")


@dataclass(frozen=True, slots=True)
class HeatPlace:
    """Where a heat map lies, in pixels of the stored image, and whose it is."""

    left_px: float
    top_px: float
    width_px: float
    height_px: float
    model: str
    method: str


@dataclass(frozen=True, slots=True)
class KeptUpload:
    """One upload.

    Attributes:
        name: of its folder; sorts by time.
        kind: "DICOM", "PNG" or "JPEG".
        rows, columns: of the stored image in pixels, 0 where it could not be decoded.
        reading: the JSON of `osteonode read --json` without path and UIDs.
        heat: None where no model shows where it looked.
    """

    name: str
    uploaded_at: datetime
    kind: str
    rows: int
    columns: int
    reading: dict[str, Any]
    heat: HeatPlace | None = None

    @property
    def has_picture(self) -> bool:
        """Whether it could be decoded, and so be shown."""
        return self.rows > 0

    def encode(self) -> bytes:
        """Return it as JSON."""
        return json.dumps(asdict(self) | {"uploaded_at": self.uploaded_at.isoformat()}).encode()

    @classmethod
    def decode(cls, encoded: bytes) -> "KeptUpload":
        """Return what `encode` wrote. Raises ValueError where it is something else."""
        try:
            values = json.loads(encoded)
            heat = HeatPlace(**values["heat"]) if values["heat"] else None
            return cls(**values | {"uploaded_at": datetime.fromisoformat(values["uploaded_at"]), "heat": heat})
        except (KeyError, TypeError) as error:
            raise ValueError("this is no upload") from error


def take_identity_out(line: str) -> dict[str, Any]:
    """Return a reading without what leads to a patient."""
    return {key: value for key, value in json.loads(line).items() if key not in _LEADING_TO_A_PATIENT}
