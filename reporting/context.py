"""What the documents say beside the findings: which version, when, by which software and models, in whose name."""

from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version as distribution_version
from io import BytesIO

import pydicom
from pydicom.uid import (
    Comprehensive3DSRStorage,
    ComprehensiveSRStorage,
    EncapsulatedPDFStorage,
    SecondaryCaptureImageStorage,
)

from config.settings import Reporting
from domain.completeness import CountedBy, ImageCount
from domain.correction import Retraction, Superseded
from domain.document import Document
from domain.finding import StudyFindings
from domain.order import ImagingOrder
from domain.tier import Tier


@dataclass(frozen=True, slots=True)
class ModelMember:
    """One model of the ensemble, as the reader of a report may ask for it."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """From which probabilities on the models of a bundle doubt and suspect; `region` is empty for every other one."""

    region: str
    doubt_from: float
    present_from: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.doubt_from <= self.present_from <= 1.0:
            raise ValueError("doubt begins before suspicion, both in 0..1")


@dataclass(frozen=True, slots=True)
class BundleIdentity:
    """A bundle of models as the documents name it; no operating points where each model has its own."""

    name: str
    operating_points: tuple[OperatingPoint, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """The software and the models that spoke.

    Attributes:
        bundle: name of the model bundle.
        operating_points: of the bundle.
        software_version: of this product.
        model_set: digest over the whole ensemble (see domain.finding); another digest is another device.
    """

    bundle: str
    software_version: str
    model_set: str
    members: tuple[ModelMember, ...] = ()
    operating_points: tuple[OperatingPoint, ...] = ()

    def __post_init__(self) -> None:
        words = (self.bundle, self.software_version, self.model_set, *(m.name + m.version for m in self.members))
        if not all(word.isascii() and word.isprintable() and "\\" not in word for word in words):
            raise ValueError("names and versions of models are printable ASCII without backslash")
        if not (self.bundle and self.software_version and self.model_set):
            raise ValueError("a model identity has a bundle, a software version and a model set")

    @classmethod
    def of(cls, findings: StudyFindings, *, bundle: BundleIdentity) -> "ModelIdentity":
        """Return this software and the models that spoke of a study."""
        spoke = {(member.model, member.version) for reading in findings.readings for member in reading.members}
        return cls(
            bundle=bundle.name,
            software_version=distribution_version("osteonode"),
            model_set=findings.model_set,
            members=tuple(ModelMember(name, version) for name, version in sorted(spoke)),
            operating_points=bundle.operating_points,
        )


#: Classes whose later object names the one that it supersedes (Predecessor Documents Sequence): SR, PS3.3 C.17.2, and
#: encapsulated documents, C.24.2. No module of captures and presentation states has the like: theirs say it in words.
NAMED_BY_SUCCESSORS = frozenset({Comprehensive3DSRStorage, ComprehensiveSRStorage, EncapsulatedPDFStorage})


@dataclass(frozen=True, slots=True)
class Predecessor:
    """A document of an earlier version that one of this version supersedes (PS3.3 C.17.2, C.24.2)."""

    sop_class_uid: str
    sop_instance_uid: str
    series_instance_uid: str

    @property
    def is_image(self) -> bool:
        """Whether it is a capture, which a report refers to as an image."""
        return self.sop_class_uid == SecondaryCaptureImageStorage

    @classmethod
    def of(cls, document: Document) -> "Predecessor":
        """Return the reference to an earlier DICOM document; reads its header only."""
        ds = pydicom.dcmread(BytesIO(document.content), stop_before_pixels=True, specific_tags=["SeriesInstanceUID"])
        return cls(document.sop_class_uid, document.identifier, str(ds.SeriesInstanceUID))


@dataclass(frozen=True, slots=True)
class StudyContext:
    """One composition: the same context, findings and evidence give the same bytes.

    Attributes:
        version: 1 for the first answer to a study; each late image leads to the next.
        composed_at: time zone aware; in the zone of the hospital, for dates in DICOM are local.
        predecessors: the structured reports of the version before; empty for version 1.
        tier: how much is said; what is beyond it stands in no document.
        shortfall: images of the study that somebody has counted and that had not arrived; None where none is missing.
        earlier_shortfall: the same of the superseded version.
        order: that the study was made for; None where none is known for sure.
    """

    version: int
    composed_at: datetime
    models: ModelIdentity
    reporting: Reporting = field(default_factory=Reporting)
    predecessors: tuple[Predecessor, ...] = ()
    tier: Tier = Tier.FULL
    superseded: Superseded | None = None
    retraction: Retraction | None = None
    shortfall: ImageCount | None = None
    earlier_shortfall: ImageCount | None = None
    order: ImagingOrder | None = None

    @property
    def lacks_images(self) -> bool:
        """Whether images are missing for certain: an order lets expect what is usual, which need not be there."""
        return self.shortfall is not None and self.shortfall.counted_by is not CountedBy.ORDER

    @property
    def replaces(self) -> int:
        """The number of the version whose place this one takes, 0 where it is the first answer."""
        return self.superseded.version if self.superseded else 0

    def __post_init__(self) -> None:
        if self.version < 1:
            raise ValueError("versions count from 1")
        if self.replaces >= self.version:
            raise ValueError("a version supersedes an earlier one")
        if self.retraction is not None and self.superseded is None:
            raise ValueError("there is no answer to retract")
        if self.composed_at.tzinfo is None:
            raise ValueError("composed_at needs a time zone")
