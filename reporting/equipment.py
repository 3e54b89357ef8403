"""Who made the documents: the product, its models, and how each object names them.

IHE AI Results 6.5.3.1: Contributing Equipment, the observer (TID 1004) and the algorithm (TID 4019) say the same; a
changed model is another device, so the Device UID follows the model set.
"""

from datetime import datetime
from importlib.metadata import version

import highdicom as hd
from highdicom import sr
from pydicom.sr.codedict import codes as dicom_codes

from domain.document import PRODUCT
from domain.uid import derive_uid
from reporting import codes, wording
from reporting.context import StudyContext

MODEL_NAME = PRODUCT

_LO_LENGTH = 64


def software_version(study: StudyContext) -> str:
    """Software Versions (0018,1020) and Algorithm Version: product, bundle and the head of the model set's digest."""
    models = study.models
    return f"{models.software_version}/{models.bundle}/{models.model_set[:12]}"[:_LO_LENGTH]


def device_uid(study: StudyContext) -> str:
    """Device UID (0018,1002)."""
    return derive_uid("device", study.models.software_version, study.models.model_set)


def describe_members(study: StudyContext) -> list[str]:
    """The models of the ensemble, one a line."""
    return [f"{member.name} {member.version}".strip() for member in study.models.members]


def contribute(study: StudyContext, written_at: datetime) -> list[hd.ContributingEquipment]:
    """Return Contributing Equipment: this product, then the library that laid out the object."""
    product = hd.ContributingEquipment(
        manufacturer=study.reporting.manufacturer,
        purpose_of_reference=codes.PROCESSING_EQUIPMENT,
        manufacturer_model_name=MODEL_NAME,
        software_versions=software_version(study),
        station_name=study.reporting.station_name,
        contribution_datetime=written_at,
        contribution_description=wording.CONTRIBUTION,
    )
    product.DeviceUID = device_uid(study)  # highdicom's class has no parameter for it
    library = hd.ContributingEquipment(
        manufacturer="Highdicom open-source contributors",
        purpose_of_reference=codes.PROCESSING_EQUIPMENT,
        manufacturer_model_name="highdicom",
        software_versions=version("highdicom"),
        contribution_description="Software library used to create this instance",
    )
    return [product, library]


def observe(study: StudyContext) -> sr.ObservationContext:
    """Return the observation context of a report: the device observer."""
    return sr.ObservationContext(observer_device_context=observe_device(study))


def observe_device(study: StudyContext) -> sr.ObserverContext:
    """Return the device observer (TID 1002, 1004)."""
    device = sr.DeviceObserverIdentifyingAttributes(
        uid=device_uid(study),
        name=study.reporting.station_name,
        manufacturer_name=study.reporting.manufacturer,
        model_name=MODEL_NAME,
    )
    return sr.ObserverContext(dicom_codes.DCM.Device, device)


def identify_algorithm(study: StudyContext) -> sr.AlgorithmIdentification:
    """Return the algorithm (TID 4019), its models as parameters.

    The manufacturer is the observer's (TID 1004): TID 4019 is not extensible and has no row for one.
    """
    return sr.AlgorithmIdentification(
        name=MODEL_NAME,
        version=software_version(study),
        family=codes.ARTIFICIAL_INTELLIGENCE,
        parameters=[*(f"model={member}" for member in describe_members(study)), f"tier={study.tier.value}"],
    )
