"""C-FIND as user: questions to an archive in the Study Root Information Model (PS3.4 C.4.1), over one association."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Literal

from pydicom.dataset import Dataset
from pynetdicom.sop_class import StudyRootQueryRetrieveInformationModelFind  # type: ignore[attr-defined]

from config.settings import Destination
from dicom_node.deliver.association import Negotiation, request

Level = Literal["STUDY", "SERIES", "IMAGE"]
#: Pending, with every optional key or without some (PS3.4 Table C.4-1).
_PENDING: Final = (0xFF00, 0xFF01)
#: More answers than any study of radiographs gives: the archive has not understood the question.
MOST_ANSWERS: Final = 1000


class NotAnswered(Exception):
    """The archive gave no answer; the text says why and what to change, and holds nothing that came."""


@dataclass(frozen=True, slots=True)
class Finder:
    """Asks over one association."""

    negotiation: Negotiation
    ae_title: str

    def find(self, level: Level, keys: Mapping[str, str]) -> list[Dataset]:
        """Return the answers to a question; keys with an empty value are to be returned (PS3.4 C.2.2.2.3).

        Raises:
            NotAnswered: the archive refused, broke off, or its answers have no end.
        """
        question = Dataset()
        question.QueryRetrieveLevel = level
        for keyword, value in keys.items():
            setattr(question, keyword, value)
        association = self.negotiation.association
        if association is None or not self.negotiation.established:
            raise NotAnswered(self.negotiation.explain())
        found: list[Dataset] = []
        for answer, identifier in association.send_c_find(question, StudyRootQueryRetrieveInformationModelFind):
            if answer.get("Status") not in _PENDING:
                self._require_success(answer)
                break
            if identifier is not None:
                found.append(identifier)
            if len(found) > MOST_ANSWERS:
                raise NotAnswered(f"{self.ae_title} gives more than {MOST_ANSWERS} answers to one question")
        return found

    def _require_success(self, answer: Dataset) -> None:
        if "Status" not in answer:
            raise NotAnswered(self.negotiation.explain())
        if answer.Status != 0:
            raise NotAnswered(f"{self.ae_title} answered C-FIND with 0x{answer.Status:04X}: look in its log")


@contextmanager
def asking(archive: Destination, node_ae_title: str) -> Iterator[Finder]:
    """Give what asks an archive, over an association that ends with the block.

    Raises:
        NotAnswered: there is no association, or the archive takes no C-FIND from us.
    """
    with request(archive, node_ae_title, [StudyRootQueryRetrieveInformationModelFind]) as negotiation:
        if not negotiation.established:
            if negotiation.answered:
                raise NotAnswered(f"{archive.ae_title} takes no C-FIND (Study Root) from us: allow it there")
            raise NotAnswered(negotiation.explain())
        yield Finder(negotiation, archive.ae_title)
