"""A composite SOP instance that a peer sent and we acknowledged."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from domain.tier import Tier

#: Ends the name of a file that has the header of an image whose pixels were purged.
HEADER_ONLY_SUFFIX: Final = ".header.dcm"


@dataclass(frozen=True, slots=True)
class ReceivedInstance:
    """One durable instance: its Part 10 file is fsynced before this noun exists.

    Attributes:
        path: the Part 10 file.
        sha256: of the data set as it arrived (without preamble and file meta), lower-case hex.
        size_bytes: of the data set as it arrived.
        received_at: time zone aware.
        tier: agreed with the calling AE when the instance came.
        is_purged: its pixels are gone; `path` is then a file with its header alone, or no file.
    """

    study_instance_uid: str
    series_instance_uid: str
    sop_instance_uid: str
    sop_class_uid: str
    transfer_syntax_uid: str
    path: Path
    sha256: str
    size_bytes: int
    calling_ae_title: str
    called_ae_title: str
    received_at: datetime
    tier: Tier = Tier.FULL
    is_purged: bool = False

    def __post_init__(self) -> None:
        if not (self.study_instance_uid and self.series_instance_uid and self.sop_instance_uid):
            raise ValueError("an instance has a study, a series and a SOP instance UID")
        if self.received_at.tzinfo is None:
            raise ValueError("received_at needs a time zone")
