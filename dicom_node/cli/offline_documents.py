"""The node's composer without a network: readings in, documents on disk out."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from config.settings import Reporting
from dicom_node.cli.offline_reading import Answered
from dicom_node.cli.readable_answers import REPORT_NAME, write_report_as_pdf
from domain.document import Document, DocumentKind
from domain.errors import DocumentError
from domain.finding import StudyFindings
from domain.impression import PhraseWriter
from domain.uid import derive_uid
from inference.study import combine
from reporting.compose import Composition, compose
from reporting.context import BundleIdentity, ModelIdentity, StudyContext
from reporting.evidence import ImageEvidence
from reporting.statement import StudyStatement, state

#: A UID that is safe as the name of a folder (PS3.5 9.1, told loosely).
_UID = re.compile(r"[0-9][0-9.]{0,63}")
_DEFAULTS = Reporting()


def group_by_study(answered: Sequence[Answered]) -> dict[str, list[Answered]]:
    """Return the images of each study by its UID; an instance that came twice counts once, a file without UIDs not."""
    studies: dict[str, dict[str, Answered]] = {}
    for each in answered:
        sop_instance_uid = each.read.reading.sop_instance_uid
        if each.image.study_instance_uid and sop_instance_uid:
            studies.setdefault(each.image.study_instance_uid, {}).setdefault(sop_instance_uid, each)
    return {study_instance_uid: list(images.values()) for study_instance_uid, images in studies.items()}


def state_study(
    study_instance_uid: str, images: Sequence[Answered], *, bundle: BundleIdentity, reporting: Reporting
) -> StudyStatement:
    """Return what is said of one study, before any document is written. Raises DocumentError as `answer_study` does."""
    return state(*_gather(study_instance_uid, images, bundle, reporting))


def answer_study(
    study_instance_uid: str,
    images: Sequence[Answered],
    *,
    bundle: BundleIdentity,
    reporting: Reporting,
    writer: PhraseWriter | None = None,
) -> Composition:
    """Compose the documents of one study, as the node would for its first version."""
    return compose(*_gather(study_instance_uid, images, bundle, reporting), writer=writer)


def _gather(
    study_instance_uid: str, images: Sequence[Answered], bundle: BundleIdentity, reporting: Reporting
) -> tuple[StudyContext, StudyFindings, list[ImageEvidence]]:
    findings = combine(study_instance_uid, [each.read.reading for each in images])
    context = StudyContext(
        version=1,
        composed_at=datetime.now().astimezone(),
        models=ModelIdentity.of(findings, bundle=bundle),
        reporting=reporting,
    )
    evidence = [
        ImageEvidence(each.image.header, each.read.display_path, each.read.heat_map_path)
        for each in images
        if each.image.header is not None
    ]
    return context, findings, evidence


def write_documents(
    answered: Sequence[Answered],
    folder: Path,
    *,
    bundle: BundleIdentity,
    reporting: Reporting = _DEFAULTS,
    writer: PhraseWriter | None = None,
    done: Callable[[], None] = lambda: None,
) -> tuple[int, tuple[str, ...]]:
    """Write the documents of every study to a folder of its UID; return their number, and why others are missing.

    A study that no document can be made for does not cost the others theirs.
    """
    written, missing = 0, list[str]()
    for study_instance_uid, images in group_by_study(answered).items():
        try:
            composition = answer_study(study_instance_uid, images, bundle=bundle, reporting=reporting, writer=writer)
        except DocumentError as error:
            missing.append(f"study {study_instance_uid}: {error}")
            continue
        missing.extend(f"{each.kind}: {each.reason}" for each in composition.withheld)
        for document in composition.documents:
            write_document(document, folder / name_folder(study_instance_uid))
            written += 1
        done()
    return written, tuple(missing)


def name_folder(study_instance_uid: str) -> str:
    """Return the UID, or where a file holds no real one, a UID made of it: a name must not lead out of a folder."""
    return study_instance_uid if _UID.fullmatch(study_instance_uid) else derive_uid("folder", study_instance_uid)


def write_document(document: Document, folder: Path) -> Path:
    """Write one document under its own name and return where; a PDF stands beside its DICOM object as a file, too."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / document.file_name
    path.write_bytes(document.content)
    if document.kind is DocumentKind.ENCAPSULATED_PDF:
        write_report_as_pdf(document.content, folder / REPORT_NAME)
    return path
