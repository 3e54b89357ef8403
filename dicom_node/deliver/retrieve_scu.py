"""C-MOVE and C-GET as user: an archive is asked for the images of a study (PS3.4 C.4.2 and C.4.3, Study Root).

They are asked for by series, where the archive lists those: reports and presentation states, which this node does not
take, would count as failures.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydicom.dataset import Dataset
from pydicom.uid import UID
from pynetdicom import evt
from pynetdicom.association import Association
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    StudyRootQueryRetrieveInformationModelFind,
    StudyRootQueryRetrieveInformationModelGet,
    StudyRootQueryRetrieveInformationModelMove,
)

from config.completion import Query
from dicom_node.deliver.association import StorageRole, request
from dicom_node.deliver.c_find_scu import Finder, NotAnswered
from dicom_node.deliver.image_count import MODALITIES_WITHOUT_IMAGES
from dicom_node.deliver.query_peer import as_destination
from dicom_node.retrieval_ports import Intake
from domain.delivery import Outcome
from domain.retrieval import RetrievalAttempt, RetrievalMethod

Answers = Iterable[tuple[Dataset, Dataset | None]]
Send = Callable[[Association, Dataset], Answers]
#: Success; and warnings, whose sub-operations are counted one by one.
_FINE: Final = (0x0000, 0xB000)
#: Sub-operations are continuing (PS3.4 Table C.4-2).
_PENDING: Final = 0xFF00
#: Archives send the study before they say more; an idle one is waited for this many times longer than for an answer.
_IDLE_FACTOR: Final = 6
MOVE_DESTINATION_UNKNOWN: Final = 0xA801
#: What a final status means beside its number: whether to ask again, and what to change (PS3.4 Tables C.4-2 and C.4-3).
_STATUSES: Final[dict[int, tuple[bool, str]]] = {
    0xA701: (True, "it could not count the images: out of resources"),
    0xA702: (True, "it could not send: out of resources"),
    MOVE_DESTINATION_UNKNOWN: (
        False,
        "it does not know where to send: add {node} with address and port to its list of peers",
    ),
    0xA900: (False, "it does not understand the question: look in its log"),
    0xFE00: (True, "it cancelled"),
}
_UNABLE: Final = (
    False,
    "it could not process the request (many archives say so where they do not know {node}, or do not have the study)",
)


@dataclass(frozen=True, slots=True)
class Storable:
    """What we take: SOP classes, and transfer syntaxes with the most wanted first."""

    sop_class_uids: Sequence[str]
    transfer_syntax_uids: Sequence[str]


class QueriedArchives:
    """Implements retrieval_ports.Archives for the archives that `[[query]]` names; a thread for each may ask.

    Args:
        intake: takes what comes by C-GET; what comes by C-MOVE arrives at the listener like anything else.
        note: told before each question which archive is asked about which study, and by which SOP class.
    """

    def __init__(
        self,
        queries: Sequence[Query],
        node_ae_title: str,
        intake: Intake,
        storable: Storable,
        note: Callable[[Query, str, str], None] = lambda _query, _study_instance_uid, _sop_class_uid: None,
    ) -> None:
        self._queries = {query.ae_title: query for query in queries}
        self._node_ae_title, self._intake, self._storable = node_ae_title, intake, storable
        self._note = note
        self._associations: dict[str, Association] = {}
        self._is_closed = False

    def close(self) -> None:
        """Break off what is under way, and begin nothing more: it is asked for again at the next start."""
        self._is_closed = True
        for association in list(self._associations.values()):
            if association.is_established:
                association.abort()

    def retrieve(self, study_instance_uid: str, archive: str) -> RetrievalAttempt:
        """Ask an archive for all images of a study; see the port."""
        query = self._queries.get(archive)
        if query is None:
            return RetrievalAttempt(said=f"{archive} is not in the configuration: add a [[query]] with this ae_title")
        if self._is_closed:
            return RetrievalAttempt(again=True, said="the node stops")
        ask = {RetrievalMethod.MOVE: self._move, RetrievalMethod.GET: self._get}[query.retrieve]
        return ask(query, study_instance_uid)

    def _move(self, query: Query, study_instance_uid: str) -> RetrievalAttempt:
        def move(assoc: Association, identifier: Dataset) -> Answers:
            return assoc.send_c_move(identifier, self._node_ae_title, StudyRootQueryRetrieveInformationModelMove)

        return self._ask(query, study_instance_uid, StudyRootQueryRetrieveInformationModelMove, move, None)

    def _get(self, query: Query, study_instance_uid: str) -> RetrievalAttempt:
        def get(assoc: Association, identifier: Dataset) -> Answers:
            return assoc.send_c_get(identifier, StudyRootQueryRetrieveInformationModelGet)

        role = StorageRole(
            self._storable.sop_class_uids,
            self._storable.transfer_syntax_uids,
            lambda event: self._store(query.ae_title, event),
        )
        return self._ask(query, study_instance_uid, StudyRootQueryRetrieveInformationModelGet, get, role)

    def _ask(
        self, query: Query, study_instance_uid: str, model: UID, send: Send, role: StorageRole | None
    ) -> RetrievalAttempt:
        models = [StudyRootQueryRetrieveInformationModelFind, model]
        with request(as_destination(query), self._node_ae_title, models, role) as negotiation:
            association = negotiation.association
            if association is None or not negotiation.established:
                return RetrievalAttempt(again=negotiation.outcome is Outcome.RETRY, said=negotiation.explain())
            if model not in negotiation.accepted:
                said = f"{query.ae_title} takes no {model.name} from us: allow it there, or change `retrieve`"
                return RetrievalAttempt(said=said)
            self._associations[query.ae_title] = association
            association.dimse_timeout = query.timeout_seconds * _IDLE_FACTOR
            for asked in models:
                self._note(query, study_instance_uid, str(asked))
            answers = []
            for identifier in _identify(Finder(negotiation, query.ae_title), study_instance_uid):
                answer = _last(send(association, identifier))
                if answer is None:
                    return RetrievalAttempt(again=True, said=negotiation.explain())
                answers.append(answer)
            return judge(answers, query.ae_title, self._node_ae_title)

    def _store(self, archive: str, event: evt.Event) -> int:
        command: Any = event.request
        return self._intake.take(
            archive,
            sop_class_uid=str(command.AffectedSOPClassUID),
            sop_instance_uid=str(command.AffectedSOPInstanceUID),
            transfer_syntax_uid=str(event.context.transfer_syntax),
            data_set=command.DataSet.getvalue(),
        )


def explain_status(status: int, node_ae_title: str) -> str:
    """Return what a final status of C-MOVE or C-GET that is no success means, and what to change."""
    return _STATUSES.get(status, _UNABLE)[1].format(node=node_ae_title)


def judge(answers: Sequence[Dataset], archive: str, node_ae_title: str) -> RetrievalAttempt:
    """Return what the final answers to C-MOVE or C-GET, one for each series, mean together."""
    completed = sum(_count(each, "NumberOfCompletedSuboperations") for each in answers)
    completed += sum(_count(each, "NumberOfWarningSuboperations") for each in answers)
    failed = sum(_count(each, "NumberOfFailedSuboperations") for each in answers)
    wrong = next((int(each.Status) for each in answers if int(each.Status) not in _FINE), None)
    if failed:
        said = (
            f"{archive} could not hand over {failed} of {completed + failed} images: is it a [[sender]] here, and are "
            "these radiographs? The log of this node says which it refused"
        )
        return RetrievalAttempt(completed, failed, said=said)
    if wrong is not None:
        again, _words = _STATUSES.get(wrong, _UNABLE)
        said = f"{archive} answered with 0x{wrong:04X}: {explain_status(wrong, node_ae_title)}"
        return RetrievalAttempt(completed, failed, again, said)
    if not completed:
        return RetrievalAttempt(said=f"{archive} has no image of this study that it would send")
    return RetrievalAttempt(completed)


def _count(answer: Dataset, keyword: str) -> int:
    return int(answer.get(keyword) or 0)


def _last(answers: Answers) -> Dataset | None:
    """Return the final answer, None where the archive broke off before it."""
    last = Dataset()
    for answer, _identifier in answers:
        last = answer
    return None if last.get("Status", _PENDING) == _PENDING else last


def _identify(finder: Finder, study_instance_uid: str) -> list[Dataset]:
    """Return what to ask for: each series that may have images, or the study where the archive lists no series."""
    keys = {"StudyInstanceUID": study_instance_uid, "SeriesInstanceUID": "", "Modality": ""}
    try:
        listed = finder.find("SERIES", keys)
    except NotAnswered:
        listed = []
    series = {
        str(ds.get("SeriesInstanceUID", "")) for ds in listed if ds.get("Modality", "") not in MODALITIES_WITHOUT_IMAGES
    }
    if not listed:
        return [_identifier(study_instance_uid)]
    return [_identifier(study_instance_uid, uid) for uid in sorted(series - {""})]


def _identifier(study_instance_uid: str, series_instance_uid: str = "") -> Dataset:
    identifier = Dataset()
    identifier.QueryRetrieveLevel = "SERIES" if series_instance_uid else "STUDY"
    identifier.StudyInstanceUID = study_instance_uid
    if series_instance_uid:
        identifier.SeriesInstanceUID = series_instance_uid
    return identifier
