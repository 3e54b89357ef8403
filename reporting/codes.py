"""Every coded concept of the documents, once, with its source.

DCM and SCT codes are those PS3.16 publishes (free to use in DICOM), but for Fracture: SNOMED CT 72704001 (morphologic
abnormality), which many fracture readers send. LN is LOINC. 99OSTEO is private to this product.
"""

from dataclasses import dataclass

from highdicom._standard_utils import get_anatomic_region_map
from pydicom.sr.coding import Code

from domain.correction import RetractionReason
from domain.finding import FractureState

PRIVATE_SCHEME = "99OSTEO"

FRACTURE = Code("72704001", "SCT", "Fracture")
#: PS3.16 CID 240 Present-Absent-Undetermined.
PRESENCE = {
    FractureState.PRESENT: Code("52101004", "SCT", "Present"),
    FractureState.ABSENT: Code("272519000", "SCT", "Absent"),
    FractureState.DOUBT: Code("373068000", "SCT", "Undetermined"),
}
UNDETERMINED = PRESENCE[FractureState.DOUBT]

#: PS3.16 TID 4006 uses it as a NUM in percent; DICOM has no "probability of a finding".
CERTAINTY_OF_FINDING = Code("111012", "DCM", "Certainty of Finding")
PERCENT = Code("%", "UCUM", "Percent")
IMAGES_READ = Code("IMGREAD", PRIVATE_SCHEME, "Images read")
COUNT = Code("1", "UCUM", "no units")

PROCESSING_SUMMARY = Code("111017", "DCM", "CAD Processing and Findings Summary")
#: PS3.16 CID 6047 CAD Processing and Findings Summary, by (every image read, with findings).
PROCESSING_SUMMARIES = {
    (True, False): Code("111241", "DCM", "All algorithms succeeded; without findings"),
    (True, True): Code("111242", "DCM", "All algorithms succeeded; with findings"),
    (False, False): Code("111243", "DCM", "Not all algorithms succeeded; without findings"),
    (False, True): Code("111244", "DCM", "Not all algorithms succeeded; with findings"),
}
NO_ALGORITHM_SUCCEEDED = Code("111245", "DCM", "No algorithms succeeded; without findings")

MORPHOLOGICALLY_ABNORMAL = Code("49755003", "SCT", "Morphologically abnormal structure")
BOUNDED_BY = Code("75958009", "SCT", "Bounded by")  # PS3.16 CID 219: the region is a box around the finding
FINDING_SITE = Code("363698007", "SCT", "Finding Site")
LATERALITY = Code("272741003", "SCT", "Laterality")
COMMENT = Code("121106", "DCM", "Comment")
RECOMMENDATION = Code("121075", "DCM", "Recommendation")  # CID 7002
ARTIFICIAL_INTELLIGENCE = Code("123110", "DCM", "Artificial Intelligence")  # CID 7162
PROCESSING_EQUIPMENT = Code("109102", "DCM", "Processing Equipment")
SOURCE_IMAGE = Code("121322", "DCM", "Source image for image processing operation")  # CID 7202
ALGORITHM_NAME = Code("111001", "DCM", "Algorithm Name")
TRACKING_UID = Code("112040", "DCM", "Tracking Unique Identifier")
DICOM_STUDY = Code("113014", "DCM", "DICOM Study")
XR_REPORT = Code("43468-8", "LN", "XR unspecified body region")  # CID 100
OF_INTEREST = Code("113000", "DCM", "Of Interest")  # CID 7010
DIAGNOSTIC_IMAGING_REPORT = Code("18748-4", "LN", "Diagnostic Imaging Report")  # CID 7001
IMPRESSIONS = Code("19005-8", "LN", "Impressions")  # CID 7001
STUDY_LINK = Code("STUDYLINK", PRIVATE_SCHEME, "Link to the study")
FRACTURE_PROBABILITY = Code("FRACPROB", PRIVATE_SCHEME, "Fracture probability")

#: PS3.16 CID 7010, titles that make a key object selection a rejection note (IHE RAD TF-3 4.66, IOCM).
REJECTED_FOR_QUALITY = Code("113001", "DCM", "Rejected for Quality Reasons")
REJECTED_FOR_SAFETY = Code("113037", "DCM", "Rejected for Patient Safety Reasons")

#: DICOM has no code for a report that is taken back: its documents are superseded, or rejected by a note.
RESULT_STATUS = Code("RESULTSTATUS", PRIVATE_SCHEME, "Result status")
RETRACTED = Code("RETRACTED", PRIVATE_SCHEME, "Retracted")
RETRACTION_REASON = Code("RETRACTREASON", PRIVATE_SCHEME, "Reason of retraction")
RETRACTION_REASONS = {
    RetractionReason.RADIOLOGIST_DISAGREES: Code("RADIOLOGIST", PRIVATE_SCHEME, "Radiologist disagrees"),
    RetractionReason.WRONG_PATIENT: Code("WRONGPATIENT", PRIVATE_SCHEME, "Wrong patient"),
    RetractionReason.WRONG_SIDE: Code("WRONGSIDE", PRIVATE_SCHEME, "Wrong side or body part"),
    RetractionReason.IMAGE_QUALITY: Code("IMAGEQUALITY", PRIVATE_SCHEME, "Image quality"),
    RetractionReason.SOFTWARE_FAULT: Code("SOFTWAREFAULT", PRIVATE_SCHEME, "Fault of software or model"),
    RetractionReason.OTHER: Code("OTHERREASON", PRIVATE_SCHEME, "Other reason"),
}

#: PS3.16 CID 244 Laterality, by the value of Laterality (0020,0060) or Image Laterality (0020,0062).
SIDES = {
    "L": Code("7771000", "SCT", "Left"),
    "R": Code("24028007", "SCT", "Right"),
    "B": Code("51440002", "SCT", "Bilateral"),
}


@dataclass(frozen=True, slots=True)
class BodyPart:
    """A row of PS3.16 Annex L, with the region of the models that shows it ("" = none of them)."""

    code: Code
    region: str


def _part(value: str, meaning: str, region: str) -> BodyPart:
    return BodyPart(Code(value, "SCT", meaning), region)


#: PS3.16 Annex L: Body Part Examined (0018,0015) to SNOMED CT. Limbs, and the trunk to notice a contradiction.
BODY_PARTS = {
    "UPPERLIMB": _part("53120007", "Upper limb", "hand"),
    "FOREARM": _part("14975008", "Forearm", "hand"),
    "RADIUS": _part("62413002", "Radius", "hand"),
    "ULNA": _part("23416004", "Ulna", "hand"),
    "RADIUSULNA": _part("110535000", "Radius and ulna", "hand"),
    "WRIST": _part("74670003", "Wrist joint", "hand"),
    "HAND": _part("85562004", "Hand", "hand"),
    "THUMB": _part("76505004", "Thumb", "hand"),
    "FINGER": _part("7569003", "Finger", "hand"),
    "LOWERLIMB": _part("61685007", "Lower limb", "leg"),
    "KNEE": _part("72696002", "Knee", "leg"),
    "PATELLA": _part("64234005", "Patella", "leg"),
    "LOWERLEG": _part("30021000", "Lower leg", "leg"),
    "LEG": _part("30021000", "Lower leg", "leg"),
    "TIBIA": _part("12611008", "Tibia", "leg"),
    "FIBULA": _part("87342007", "Fibula", "leg"),
    "TIBIAFIBULA": _part("110536004", "Tibia and fibula", "leg"),
    "ANKLE": _part("70258002", "Ankle joint", "leg"),
    "CALCANEUS": _part("80144004", "Calcaneus", "leg"),
    "FOOT": _part("56459004", "Foot", "leg"),
    "TOE": _part("29707007", "Toe", "leg"),
    "HIP": _part("24136001", "Hip joint", "hip"),
    "PELVIS": _part("816092008", "Pelvis", "hip"),
    "SHOULDER": _part("16982005", "Shoulder", "shoulder"),
    "CLAVICLE": _part("51299004", "Clavicle", "shoulder"),
    "SCAPULA": _part("79601000", "Scapula", "shoulder"),
    "SKULL": _part("89546000", "Skull", "skull"),
    "CHEST": _part("816094009", "Chest", "chest"),
    "ABDOMEN": _part("818981001", "Abdomen", "abdomen"),
    "SPINE": _part("421060004", "Spine", "spine"),
    "CSPINE": _part("122494005", "Cervical spine", "spine"),
    "TSPINE": _part("122495006", "Thoracic spine", "spine"),
    "LSPINE": _part("122496007", "Lumbar spine", "spine"),
}

#: A body part that lies between two regions contradicts neither, so it has none: its code alone is reported.
BODY_PARTS |= {
    "ELBOW": _part("16953009", "Elbow joint", ""),
    "UPPERARM": _part("40983000", "Upper arm", ""),
    "HUMERUS": _part("85050009", "Humerus", ""),
    "THIGH": _part("68367000", "Thigh", ""),
    "FEMUR": _part("71341001", "Femur", ""),
    "EXTREMITY": _part("66019005", "Extremity", ""),
}

#: The regions of the models as sites. "leg" is anything below the hip, and "hand" reaches to the forearm.
REGIONS = {
    "hand": Code("53120007", "SCT", "Upper limb"),
    "leg": Code("61685007", "SCT", "Lower limb"),
    "hip": Code("29836001", "SCT", "Hip region"),
    "shoulder": Code("16982005", "SCT", "Shoulder"),
}


def find_site(region: str, body_part_examined: str) -> Code | None:
    """Return the site of a finding: the header's body part where it fits what the models saw, else their region."""
    part = BODY_PARTS.get(body_part_examined)
    if part is not None and part.region in ("", region):
        return part.code
    return REGIONS.get(region)


def may_be_paired(body_part_examined: str) -> bool:
    """Whether a body part has a left and a right, as far as PS3.16 Annex L knows it; an unknown one may."""
    known = get_anatomic_region_map().get(body_part_examined)
    return known is None or bool(known[1])


def contradicts(region: str, body_part_examined: str) -> bool:
    """Whether the header names a body part that the region cannot show."""
    part = BODY_PARTS.get(body_part_examined)
    return part is not None and bool(part.region) and part.region != region
