"""Good documents with one defect each, to see them refused."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from io import BytesIO

import pytest
from pydicom import Dataset, dcmread

from domain.document import HL7_KINDS, LATER_KINDS, OPTIONAL_KINDS, Document, DocumentKind
from domain.errors import DocumentError
from reporting.compose import Composition
from reporting.conformance import gate
from reporting.statement import StudyStatement
from tests.fakes.report_sources import compose_images, draft_images, make_header, pick, read_image, refuse_image

Spoil = Callable[[Dataset], None]


@cache
def compose_good() -> Composition:
    """Return the documents of a study of a left wrist that was read and a right one that was not."""
    read, refused = make_header(), make_header("DX", number=2, ImageLaterality="R")
    pairs = (read, read_image(read)), (refused, refuse_image(refused))
    return compose_images(*pairs, optional_documents=tuple(OPTIONAL_KINDS))


@cache
def state_good() -> StudyStatement:
    """Return what `compose_good` says."""
    read, refused = make_header(), make_header("DX", number=2, ImageLaterality="R")
    pairs = (read, read_image(read)), (refused, refuse_image(refused))
    return draft_images(*pairs, optional_documents=tuple(OPTIONAL_KINDS))


#: Of the good documents, those that are DICOM objects.
DICOM_KINDS = tuple(
    dict.fromkeys(each.kind for each in compose_good().documents if each.kind not in HL7_KINDS | LATER_KINDS)
)


def spoil(kind: DocumentKind, change: Spoil) -> Document:
    """Return the first good document of a kind with one defect, as bytes like any other."""
    document = pick(compose_good(), kind)[0]
    ds = dcmread(BytesIO(document.content))
    change(ds)
    file = BytesIO()
    ds.save_as(file)
    return replace(document, content=file.getvalue())


def assert_refused(kind: DocumentKind, change: Spoil, problem: str) -> None:
    """See a good document pass, and the same with a defect refused with a message that names it and no patient."""
    gate.check(spoil(kind, lambda _: None), state_good())
    with pytest.raises(DocumentError, match=problem) as raised:
        gate.check(spoil(kind, change), state_good())
    assert not any(value in str(raised.value) for value in ("Doe", "4711", "0815", "19800131"))


def put(**elements: object) -> Spoil:
    """Return a defect: other values at the root."""

    def change(ds: Dataset) -> None:
        for keyword, value in elements.items():
            setattr(ds, keyword, value)

    return change


def remove(keyword: str) -> Spoil:
    """Return a defect: an element that is not there."""
    return lambda ds: delattr(ds, keyword)


def group(ds: Dataset, number: int) -> Dataset:
    """Return a report's measurement group: 0 on the study, 1 on its first image, 2 on its first box."""
    measured: Dataset = item(ds, "126010").ContentSequence[number]
    return measured


def item(parent: Dataset, code_value: str) -> Dataset:
    """Return the first content item of a name."""
    return next(each for each in parent.ContentSequence if each.ConceptNameCodeSequence[0].CodeValue == code_value)


def drop(parent: Dataset, code_value: str) -> None:
    """Take a content item out."""
    parent.ContentSequence.remove(item(parent, code_value))
