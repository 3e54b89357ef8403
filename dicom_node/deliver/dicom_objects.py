"""Documents as the DICOM objects that an archive takes: which are some, what is in them, what a pair is answered."""

from collections.abc import Iterable
from io import BytesIO

from pydicom import Dataset, dcmread
from pydicom.errors import InvalidDicomError
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from dicom_node.deliver.parcels import Parcel
from dicom_node.deliver.replies import Reply, reply
from domain.delivery import NOT_SENT, Outcome
from domain.document import Document
from domain.errors import DocumentError

#: Results leave uncompressed: every peer must take Implicit VR LE (PS3.5 10.1), Explicit keeps private VRs.
TRANSFER_SYNTAXES = (ExplicitVRLittleEndian, ImplicitVRLittleEndian)


def separate(documents: Iterable[Document]) -> tuple[list[Document], list[Reply]]:
    """Return the DICOM objects among documents, and what is answered for the others."""
    objects, strangers = [], []
    for document in documents:
        if document.sop_class_uid:
            objects.append(document)
        else:
            status, advice = "not sent: no DICOM object", "leave it out of `documents` here"
            strangers.append(reply(document.identifier, Outcome.REFUSED, status, advice))
    return objects, strangers


def reply_for_both(parcel: Parcel, outcome: Outcome, status: str, advice: str = "") -> tuple[Reply, ...]:
    """Return the answer for what was sent and, where the parcel spares a document, for that one too."""
    sent = reply(parcel.document.identifier, outcome, status, advice)
    if parcel.spared is None:
        return (sent,)
    note = f"{NOT_SENT}: {parcel.document.kind.value} {parcel.document.identifier} goes in its place: {status}"
    return sent, reply(parcel.spared.identifier, outcome, note)


def read_object(document: Document) -> Dataset:
    """Return the data set of a document; values are not decoded, so written again it has the same bytes.

    Raises:
        DocumentError: it is no Part 10 file, is compressed, or is not the instance that it says it is.
    """
    try:
        ds = dcmread(BytesIO(document.content))
        syntax = ds.file_meta.TransferSyntaxUID
        named = (str(ds.SOPClassUID), str(ds.SOPInstanceUID), str(ds.StudyInstanceUID))
    except (InvalidDicomError, AttributeError, EOFError, ValueError) as error:
        raise DocumentError("the document is no readable Part 10 file", subject=document.identifier) from error
    if syntax not in TRANSFER_SYNTAXES:
        raise DocumentError(f"the document is in transfer syntax {syntax}", subject=document.identifier)
    if named != (document.sop_class_uid, document.identifier, document.study_instance_uid):
        raise DocumentError("class, instance or study differ from the data set's", subject=document.identifier)
    return ds
