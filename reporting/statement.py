"""What is said of a study, once, before any kind of document says it in its own form.

Here the patient's safety is decided: which image, which side, which boxes, and that all images are of one study and one
patient. The documents only render it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from pydicom.sr.coding import Code

from domain.errors import DocumentError
from domain.finding import Box, Fracture, FractureState, ImageReading, Labelled, StudyFindings
from domain.impression import Impression
from domain.tier import Tier
from domain.uid import derive_uid
from reporting import codes, wording
from reporting.context import StudyContext
from reporting.correction import Change, correct, retract
from reporting.drawn_boxes import select_boxes
from reporting.evidence import ImageEvidence
from reporting.fracture_types import find_type
from reporting.source import Source
from reporting.tier_limits import limit_evidence, limit_findings

#: The reason code of every image of a study whose answer was taken back.
RETRACTED: Final = "retracted"


@dataclass(frozen=True, slots=True)
class Finding:
    """A box that stands in the documents; clipped to the image, in stored-image pixels (see domain.finding)."""

    box: Box
    identifier: str
    tracking_uid: str


@dataclass(frozen=True)
class ImageStatement:
    """What is said of one image. `number` counts the study's images from 1; `tier` says how much is."""

    number: int
    reading: ImageReading
    source: Source
    evidence: ImageEvidence
    findings: tuple[Finding, ...]
    tier: Tier = Tier.FULL

    @property
    def fracture(self) -> Fracture | None:
        """The image-level statement, None where the image was not read."""
        return self.reading.fracture

    @property
    def region(self) -> str:
        """The region the models saw, empty where the image was not read."""
        return self.reading.region.label if self.reading.region else ""

    @property
    def site(self) -> Code | None:
        """The coded site, None when unknown or not read."""
        return codes.find_site(self.region, self.source.body_part) if self.fracture else None

    @property
    def laterality(self) -> Code | None:
        """The coded side as the header states it, None when it does not."""
        return codes.SIDES.get(self.source.side.value)

    @property
    def suspicious(self) -> bool:
        """Whether a fracture is suspected or not excluded."""
        return self.fracture is not None and self.fracture.state is not FractureState.ABSENT

    @property
    def fracture_type(self) -> Labelled | None:
        """The type of the fracture, None where the image shows none or no type is more probable than not."""
        return find_type(self.reading) if self.suspicious else None

    @property
    def places_in_words(self) -> str:
        """How many places are marked, or that this tier marks none; empty where nothing is suspected."""
        if not self.suspicious:
            return ""
        return wording.describe_boxes(len(self.findings)) if self.tier.states_places else wording.PLACES_NOT_STATED

    @property
    def headline(self) -> str:
        """The statement in words."""
        if self.reading.reason is not None and self.statement == wording.NOT_ANALYSED:
            return wording.describe_unread(self.reading.reason.text)
        return self.statement

    @property
    def statement(self) -> str:
        """The same in a word or three, without the reason why an image was not read."""
        if self.fracture is not None:
            return wording.STATEMENTS[self.fracture.state]
        retracted = self.reading.reason is not None and self.reading.reason.code == RETRACTED
        return wording.RETRACTED_IMAGE if retracted else wording.NOT_ANALYSED

    @property
    def type_in_words(self) -> str:
        """The type of the fracture with its certainty, empty where none is stated."""
        kind = self.fracture_type
        return wording.describe_type(kind.label, kind.probability) if kind else ""

    @property
    def side_in_words(self) -> str:
        """The side in words, or that the header states none."""
        side = self.source.side
        if side.described:
            return wording.describe_contradictory_side(side.value, side.described)
        if side.contradictory:
            return wording.SIDE_CONTRADICTORY
        return wording.SIDES.get(side.value, wording.SIDE_NOT_STATED)

    @property
    def contradiction(self) -> str:
        """A sentence when header and models name different body parts, else empty."""
        if self.fracture and codes.contradicts(self.region, self.source.body_part):
            return wording.describe_contradiction(self.source.body_part, self.region)
        return ""

    @property
    def contradictory_view(self) -> str:
        """A sentence when the header's view and its description are two, else empty."""
        views = self.source.contradictory_views
        return wording.describe_contradictory_view(*views) if views else ""

    @property
    def contradictions(self) -> tuple[str, ...]:
        """Everything that header and models, or the header and itself, say against each other; in words."""
        side = self.side_in_words if self.source.side.contradictory else ""
        return tuple(filter(None, (self.contradiction, side, self.contradictory_view)))

    @property
    def place_in_words(self) -> tuple[str, ...]:
        """Region and side, and the view where it is contradictory."""
        return tuple(filter(None, (self.region_in_words, self.side_in_words, self.contradictory_view)))

    @property
    def region_in_words(self) -> str:
        """The region, and the header's word for it where the two differ; or the contradiction."""
        if self.contradiction:
            return self.contradiction
        if self.source.body_part and self.source.body_part.lower() != self.region:
            header = f"header: {self.source.body_part}"
            return f"{self.region} ({header})" if self.region else header
        return self.region or "body part not stated"

    @property
    def silence(self) -> str:
        """Which models were asked and gave no answer, empty where all did."""
        return wording.describe_silence(member.model for member in self.reading.silent) if self.reading.silent else ""

    @property
    def said(self) -> str:
        """The statement with its certainty and the marked places, in words."""
        words = [self.headline]
        if self.fracture is not None:
            words.append(wording.describe_probability(self.fracture.probability))
            words += filter(None, (self.type_in_words, self.places_in_words))
        return ", ".join(words)

    @property
    def line(self) -> str:
        """Everything said of this image, in one line."""
        words = ", ".join(filter(None, (self.said, self.silence)))
        return f"{self.name}: {words}; {', '.join(self.place_in_words)}"

    @property
    def series_and_instance(self) -> tuple[str, str] | None:
        """Series and instance number, as a viewer shows them; None where one of them is no number."""
        series, instance = self.source.text("SeriesNumber"), self.source.text("InstanceNumber")
        both = all(number.isdecimal() and number.isascii() for number in (series, instance))
        return (series, instance) if both else None

    @property
    def name(self) -> str:
        """Which image this is, by the numbers that a viewer shows."""
        numbers = self.series_and_instance
        if numbers is None:
            return f"Image {self.number}"
        return f"Image {self.number} (series {numbers[0]}, instance {numbers[1]})"


@dataclass(frozen=True)
class StudyStatement:
    """What is said of the study.

    Attributes:
        impression: None where no phrase model was asked to word it.
        earlier: what the superseded version said of those of its images that are still there; None where there is no
            such version, or what it said is not known.
    """

    study: StudyContext
    result: StudyFindings
    images: tuple[ImageStatement, ...]
    impression: Impression | None = None
    earlier: "StudyStatement | None" = None

    @property
    def study_instance_uid(self) -> str:
        """Study Instance UID of every image and every document."""
        return self.result.study_instance_uid

    @property
    def read(self) -> tuple[ImageStatement, ...]:
        """The images that were read."""
        return tuple(image for image in self.images if image.fracture is not None)

    @property
    def complete(self) -> bool:
        """Whether every image was read."""
        return len(self.read) == len(self.images)

    @property
    def whole(self) -> bool:
        """Whether every image was read, and none is missing for certain."""
        return self.complete and not self.study.lacks_images

    @property
    def arrival(self) -> str:
        """That images of the study had not arrived, in words; empty where none is known to be missing."""
        shortfall = self.study.shortfall
        return wording.describe_arrival(shortfall.arrived, shortfall.expected) if shortfall else ""

    @cached_property
    def state(self) -> FractureState | None:
        """The study's state; None where nothing was read.

        Absence is only stated of a study that was read as a whole: an image nobody read, or that has not arrived, may
        show the fracture.
        """
        if self.result.fracture is None:
            return None
        if self.result.fracture.state is FractureState.ABSENT and not self.whole:
            return FractureState.DOUBT
        return self.result.fracture.state

    @property
    def presence(self) -> Code:
        """The coded state (CID 240)."""
        return codes.PRESENCE[self.state] if self.state else codes.UNDETERMINED

    @property
    def summary(self) -> Code:
        """The processing summary (CID 6047)."""
        if self.result.fracture is None:
            return codes.NO_ALGORITHM_SUCCEEDED
        all_spoke = self.complete and not any(image.reading.silent for image in self.images)
        return codes.PROCESSING_SUMMARIES[all_spoke, self.result.fracture.state is not FractureState.ABSENT]

    @property
    def headline(self) -> str:
        """The study's statement in words."""
        if self.study.retraction is not None:
            return wording.RETRACTED
        if self.result.fracture is None:
            return wording.NOT_ANALYSED
        if self.state is not self.result.fracture.state:
            return wording.ABSENT_WHERE_READ
        return wording.STATEMENTS[self.result.fracture.state]

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """The images of which the superseded version said something else, and those that it did not have."""
        if self.earlier is None:
            return ()
        before = {image.reading.sop_instance_uid: image for image in self.earlier.images}
        pairs = (Change(image, before.get(image.reading.sop_instance_uid)) for image in self.images)
        return tuple(pair for pair in pairs if pair.is_one)

    @property
    def corrections(self) -> tuple[str, ...]:
        """That this version is a correction and what changed, in ASCII; nothing of a first answer."""
        if self.study.superseded is None:
            return ()
        before = None if self.earlier is None else self.earlier.headline
        return tuple(correct(self.study, before, self.headline, self.changes))

    @property
    def lines(self) -> tuple[str, ...]:
        """The narrative in ASCII: the statement, what it corrects, then every image, read or not."""
        if self.study.retraction is not None:
            return f"{wording.NOT_A_DIAGNOSIS}.", *retract(self.study, self.study.retraction), wording.REVIEW
        fracture = self.result.fracture
        certainty = f", {wording.describe_probability(fracture.probability)}" if fracture else ""
        coverage = wording.describe_coverage(len(self.read), len(self.images))
        return (
            f"{wording.NOT_A_DIAGNOSIS}.",
            *self.corrections,
            f"{self.headline}{certainty}. {coverage}.",
            *filter(None, (self.arrival, wording.TIERS[self.study.tier])),
            *(f"{image.line}." for image in self.images),
            wording.REVIEW,
        )

    def derive_uid(self, *parts: str) -> str:
        """Return the UID of a part of this version of this study's results by this model set."""
        return derive_uid(self.study_instance_uid, str(self.study.version), self.result.model_set, *parts)


def state(study: StudyContext, result: StudyFindings, evidence: Sequence[ImageEvidence]) -> StudyStatement:
    """Join findings and headers. Raises DocumentError when they are not of one study, one patient and these images."""
    result, evidence = limit_findings(result, study.tier), limit_evidence(evidence, study.tier)
    by_uid = {Source(item.header).sop_instance_uid: item for item in evidence}
    read = [reading.sop_instance_uid for reading in result.readings]
    if not len(by_uid) == len(evidence) == len(read) or set(by_uid) != set(read):
        raise DocumentError("findings and images do not match", subject=result.study_instance_uid)
    if study.models.model_set != result.model_set:
        raise DocumentError("findings come from another model set", subject=result.study_instance_uid)
    images = tuple(
        replace(
            _state_image(result.study_instance_uid, number, reading, by_uid[reading.sop_instance_uid]), tier=study.tier
        )
        for number, reading in enumerate(result.readings, 1)
    )
    _require_one_study_and_patient(result.study_instance_uid, [image.source for image in images])
    return StudyStatement(study, result, images, earlier=_state_earlier(study, images))


def _state_earlier(study: StudyContext, images: Sequence[ImageStatement]) -> StudyStatement | None:
    """State what the superseded version said, of the same images under the same numbers."""
    if study.superseded is None or study.superseded.findings is None:
        return None
    findings = limit_findings(study.superseded.findings, study.tier)
    readings = {reading.sop_instance_uid: reading for reading in findings.readings}
    restated = tuple(
        replace(
            _state_image(findings.study_instance_uid, image.number, readings[name], image.evidence), tier=study.tier
        )
        for image in images
        if (name := image.reading.sop_instance_uid) in readings
    )
    before = replace(study, shortfall=study.earlier_shortfall)
    return StudyStatement(before, findings, restated)


def _state_image(
    study_instance_uid: str, number: int, reading: ImageReading, evidence: ImageEvidence
) -> ImageStatement:
    source = Source(evidence.header)
    if source.sop_class_uid != reading.sop_class_uid:
        raise DocumentError("a reading names another SOP class than its image", subject=reading.sop_instance_uid)
    stored = (evidence.header.get("Rows"), evidence.header.get("Columns"))
    if reading.fracture is not None and stored != (reading.rows, reading.columns):
        raise DocumentError("a reading is of another size than its image", subject=reading.sop_instance_uid)
    findings = tuple(
        Finding(
            box=box,
            identifier=f"Image {number} fracture {index}",
            # Not of the version: a finding that is read again is the same finding.
            tracking_uid=derive_uid(study_instance_uid, reading.sop_instance_uid, "finding", str(index)),
        )
        for index, box in enumerate(select_boxes(reading), 1)
    )
    return ImageStatement(number, reading, source, evidence, findings)


def _require_one_study_and_patient(study_instance_uid: str, sources: Sequence[Source]) -> None:
    if any(source.study_instance_uid != study_instance_uid for source in sources):
        raise DocumentError("images of two studies cannot share a result", subject=study_instance_uid)
    issuers = {source.text("IssuerOfPatientID") for source in sources} - {""}
    if len({source.text("PatientID") for source in sources}) > 1 or len(issuers) > 1:
        raise DocumentError("images of one study name different patients", subject=study_instance_uid)
