"""Every sentence a radiologist reads, once. ASCII: a character outside the image's own character set would be lost."""

from collections.abc import Iterable

from domain.correction import RetractionReason
from domain.finding import FractureState
from domain.tier import Tier

NOT_A_DIAGNOSIS = "AI result, preliminary - not a diagnosis"
REVIEW = "Investigational use only. Not reviewed by a radiologist."
NOT_FOR_DIAGNOSIS = "NOT FOR DIAGNOSIS"
WORDED_BY_TEMPLATE = "Wording of the impression: template."
SUGGESTION = "Suggestion of a guideline - not a diagnosis, not an order"

STATEMENTS = {
    FractureState.PRESENT: "Suspected fracture",
    FractureState.DOUBT: "Doubt: fracture not excluded",
    FractureState.ABSENT: "No fracture detected",
}
#: Of a study that was read in part: what nobody read may still show a fracture.
ABSENT_WHERE_READ = "No fracture detected in the images that were read"
NOT_ANALYSED = "Not analysed"
RETRACTED = "Retracted: the earlier AI result is withdrawn"
RETRACTED_IMAGE = "Retracted"
RETRACTION_REASONS = {
    RetractionReason.RADIOLOGIST_DISAGREES: "a radiologist disagrees with the AI result",
    RetractionReason.WRONG_PATIENT: "the images are not of the patient that they name",
    RetractionReason.WRONG_SIDE: "the side or the body part is wrong",
    RetractionReason.IMAGE_QUALITY: "the images are not good enough to be read",
    RetractionReason.SOFTWARE_FAULT: "a fault of the software or of a model",
    RetractionReason.OTHER: "another reason",
}
SAID_ELSEWHERE = "What was written about it does not fit the character set of these images: see the HL7 message."
UNCHANGED = "No finding of that version has changed."
CHANGES_UNKNOWN = "What that version said is not on record here: compare its documents."
READ_AGAIN = "That version was a retraction; this is a new reading."
NO_PICTURE = "No picture was made of this image."
#: What a tier leaves out, so that nobody takes what is missing for an absence; the full tier leaves out nothing.
TIERS = {
    Tier.CLASSIFICATION: "Classification only: types and places are not stated, so a missing box means nothing.",
    Tier.TYPES: "Classification with types: places are not stated, so a missing box means nothing.",
    Tier.FULL: "",
}
#: The same in few words, for pictures.
TIERS_IN_SHORT = {
    Tier.CLASSIFICATION: "classification only, types and places not stated",
    Tier.TYPES: "classification with types, places not stated",
    Tier.FULL: "",
}
PLACES_NOT_STATED = "places not stated"
SIDES = {"L": "side: left", "R": "side: right", "B": "side: both"}
SIDE_NOT_STATED = "side not stated"
SIDE_CONTRADICTORY = "side contradictory in the header"
_SIDE_NAMES = {"L": "left", "R": "right"}
LEGEND = {FractureState.PRESENT: "suspected fracture", FractureState.DOUBT: "doubt"}

SERIES = {
    "SR": "AI FRACTURE REPORT",
    "PR": "AI FRACTURE OVERLAY",
    "SC": "AI FRACTURE IMAGE",
    "LIME": "AI LIME MAP",
    "CAM": "AI GRAD-CAM HEAT MAP",
    "HEAT": "AI HEAT MAP",
    "DOC": "AI FRACTURE PDF",
    "KO": "AI KEY IMAGES",
    "REJECTION": "AI REJECTION NOTE",
}
KEY_OBJECTS = "Images with a suspected or doubtful fracture, selected by software:"
REPORT_TITLE = "AI fracture report, preliminary - not a diagnosis"
CONTRIBUTION = "AI fracture analysis, investigational use only, not for diagnosis"
DERIVATION = "AI result drawn beside and around a reduced 8-bit copy of the source image"

SPEAKS_FOR = "speaks for a fracture"
SPEAKS_AGAINST = "speaks against"
LIME_HEADLINE = "What each part adds"
LIME_NUMBERS = "Numbers: the percentage points that a part adds."
LIME_COMMENT = (
    "LIME: what each part of the image adds to what the models say; it explains the models and is no finding."
)

HEAT_HEADLINE = "Where the model looked"
HEAT_NOTE = "Warm: where it found its reason, which need not be a fracture."
HEAT_SCALE = "evidence of the place, not a probability"
HEAT_COMMENT = "Heat map: where a model looked; it explains the model and is no finding, nor the extent of one."
NO_MAP = "no model shows where it looked"

SUMMARY = "Summary of the study"
SUMMARY_DERIVATION = "Summary of the AI results of a study: a table with reduced 8-bit copies of its images"
#: How many images say what, on the summary; None: those that were not read.
TALLIES = {
    FractureState.PRESENT: "suspected",
    FractureState.DOUBT: "doubt",
    FractureState.ABSENT: "no fracture detected",
    None: "not analysed",
}

#: Boxes below this stay out of the documents, but for the best one of an image.
BOX_FLOOR = 0.20


def percent(probability: float) -> str:
    """Return a probability as people read it: whole percent, never 0 or 100, which would claim certainty."""
    if probability < 0.01:
        return "<1%"
    return ">99%" if probability > 0.99 else f"{probability:.0%}"


def describe_box(probability: float) -> str:
    """The label beside a box."""
    return f"fracture {percent(probability)}"


def describe_probability(probability: float) -> str:
    """The image's or study's certainty."""
    return f"fracture probability {percent(probability)}"


def describe_series(kind: str, version: int, replaced: int, *, retracts: bool = False) -> str:
    """Series Description (LO, 64): says that it is not for diagnosis, and what a later version does to which."""
    later = f" V{version}" if version > 1 else ""
    if replaced:
        later += f", {'RETRACTS' if retracts else 'REPLACES'} V{replaced}"
    return f"{SERIES[kind]}{later} - {NOT_FOR_DIAGNOSIS}"


def describe_contradictory_side(header: str, described: str) -> str:
    """The attribute and the words of a header name two sides, L and R."""
    return f"side contradictory: header {_SIDE_NAMES[header]}, description {_SIDE_NAMES[described]}"


def describe_contradictory_view(header: str, described: str) -> str:
    """The attribute and the words of a header name two views."""
    return f"view contradictory: header {header}, description {described}"


def describe_contradiction(body_part: str, region: str) -> str:
    """The header and the models see another body part."""
    return f"header says {body_part}, model says {region}"


def describe_coverage(read: int, images: int) -> str:
    """How much of the study was read."""
    return f"{read} of {images} image{'s' if images > 1 else ''} read"


def describe_arrival(arrived: int, expected: int) -> str:
    """That images of the study were not here when it was read."""
    return f"Only {arrived} of {expected} expected images of this study had arrived: what is missing was not analysed."


def describe_arrival_in_short(arrived: int, expected: int) -> str:
    """The same in few words, for pictures and single lines."""
    return f"only {arrived} of {expected} expected images had arrived"


def describe_unread(reason: str) -> str:
    """Why an image was not read; reasons end with or without a full stop."""
    return f"{NOT_ANALYSED}: {reason.rstrip('. ')}"


def describe_silence(models: Iterable[str]) -> str:
    """Which models were asked and did not answer: what is said is said without them."""
    return f"without {', '.join(models)}, which gave no answer"


def describe_boxes(count: int) -> str:
    """How many places are marked."""
    return f"{count} place{'s' if count > 1 else ''} marked" if count else "no place marked"


def describe_type(label: str, probability: float) -> str:
    """The type of a fracture, with the certainty of the type; a label that an imported model has may be any text."""
    return f"type {label.encode('ascii', 'replace').decode().replace(chr(92), '?')} {percent(probability)}"


def describe_statement(state: FractureState, probability: float) -> str:
    """The image's statement and its certainty."""
    return f"{STATEMENTS[state]}, {describe_probability(probability)}"


def describe_lime(samples: int, r2: float) -> str:
    """How LIME asked, and how far to trust it."""
    return f"LIME, {samples} samples, R2 {r2:.2f}"


def describe_lime_derivation(samples: int, seed: int, r2: float, models: Iterable[str]) -> str:
    """Derivation Description (ST, 1024) of a LIME capture: how it was made, by what, and what it is not."""
    return (
        "LIME (Ribeiro et al. 2016), an explanation of the models and not a diagnosis: weights of a linear model "
        "of how the fracture probability changes when parts of the image are hidden, drawn over a reduced copy of "
        f"the source image; {samples} samples, seed {seed}, R2 {r2:.2f}; models: {', '.join(models)}"
    )[:1024]


def describe_heat(method: str) -> str:
    """What a heat map is, by what made it."""
    return f"heat map: {method}"


def describe_heat_derivation(method: str, model: str, top: str) -> str:
    """Derivation Description (ST, 1024) of a heat map capture: what was drawn, by what, and what it is not."""
    return (
        f"Heat map ({method}) of the model {model}, an explanation of the model and not a diagnosis: its evidence for "
        f"a fracture, place by place, drawn in colours from 0 to {top} over a reduced 8-bit copy of the source image"
    )[:1024]


def describe_page(page: int, pages: int) -> str:
    """Which of how many pages."""
    return f"page {page} of {pages}"


def describe_version(version: int, replaced: int, *, retracts: bool = False) -> str:
    """Which answer to the study this is, and what it does to which one; the first needs no word."""
    if not replaced:
        return f"version {version}" if version > 1 else ""
    return f"version {version}, {'retracts' if retracts else 'replaces'} version {replaced}"


def describe_correction(version: int, replaced: int) -> str:
    """That this version corrects another one."""
    return f"CORRECTION: this is version {version} and replaces version {replaced}."


def describe_change(image: str, before: str, now: str, *, moved: bool) -> str:
    """What is said of an image, before and now."""
    elsewhere = "; a marked place is elsewhere" if moved else ""
    return f"Changed: {image}: before: {before}; now: {now}{elsewhere}."


def describe_new_image(image: str) -> str:
    """An image that the version before did not have."""
    return f"New in this version: {image}."


def describe_result_before(headline: str) -> str:
    """The study's statement in the version before."""
    return f"Result of that version: {headline}."


def describe_retraction(version: int, replaced: int, reason: RetractionReason) -> tuple[str, str]:
    """That this version takes another one back, and why."""
    withdrawn = f"AI RESULT RETRACTED: this is version {version}; version {replaced} is withdrawn and must not be used."
    return withdrawn, f"{describe_retraction_reason(reason)}. This is no finding, neither of a fracture nor of none."


def describe_retraction_reason(reason: RetractionReason) -> str:
    """Why a result was taken back."""
    return f"Reason: {RETRACTION_REASONS[reason]}"


def describe_retractor(by: str) -> str:
    """Who took it back, as they said themselves."""
    return f"Retracted by: {by}"


def describe_rejection(version: int, replaced: int, *, retracts: bool) -> str:
    """Why an archive should hide earlier objects."""
    if retracts:
        return f"AI results that were retracted: version {version} withdraws version {replaced}."
    return f"AI results that were superseded: version {version} replaces version {replaced}."


def describe_note(note: str) -> str:
    """What they wrote."""
    return f"Note: {note}"


def describe_models(models: Iterable[str]) -> str:
    """The models that spoke."""
    return f"Models: {', '.join(models)}"


def describe_author(model: str) -> str:
    """Which phrase model worded the impression."""
    return f"Wording of the impression: {model}, every statement checked against the findings."


def describe_silent_model(model: str, images: Iterable[int]) -> str:
    """A model that was asked and did not answer, with the images that were read without it."""
    numbers = [str(number) for number in images]
    return f"No answer from {model} on image{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}"
