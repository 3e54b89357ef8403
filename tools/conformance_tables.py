"""Writes the tables of docs/conformance-statement.md from the code: python -m tools.conformance_tables.

Each stands between `<!-- NAME: written by ... -->` and `<!-- NAME: end -->`; what is around them is written by hand.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydicom._uid_dict import UID_dictionary as NAMES
from pydicom.sr.coding import Code
from pydicom.uid import UID, ExplicitVRLittleEndian
from pynetdicom.presentation import PresentationContext
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    ModalityPerformedProcedureStep,
    StudyRootQueryRetrieveInformationModelFind,
    StudyRootQueryRetrieveInformationModelGet,
    StudyRootQueryRetrieveInformationModelMove,
    Verification,
)

from config.profiles import SOP_CLASSES
from config.settings import Limits
from dicom_node.deliver.dicom_objects import TRANSFER_SYNTAXES
from dicom_node.deliver.statuses import C_STORE_STATUSES
from dicom_node.receive.admission import Rejection
from dicom_node.receive.commitment_scp import commitment_context
from dicom_node.receive.contexts import STORAGE_SOP_CLASSES, decodable, supported_contexts
from dicom_node.receive.statuses import ANSWERS, Outcome
from dicom_node.storage_commitment import PUSH_MODEL
from domain.delivery import Outcome as Delivered
from domain.implementation import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from reporting import codes, fracture_types

PAGE: Final = Path(__file__).parents[1] / "docs" / "conformance-statement.md"
_UIDS: Final = {row[0]: uid for uid, row in NAMES.items()}
_THEN: Final = {
    Delivered.DELIVERED: "delivered",
    Delivered.RETRY: "tried again by `retry` of the destination",
    Delivered.REFUSED: "held for a person",
}


@dataclass(frozen=True, slots=True)
class Service:
    """A SOP class, and what the node is for it."""

    uid: str
    scu: bool = False
    scp: bool = False
    what: str = ""


def document_classes() -> list[str]:
    """Return the SOP Class UIDs of the documents, in the order of their kinds, each once."""
    return list(dict.fromkeys(_UIDS[name] for name in SOP_CLASSES.values()))


def services() -> list[Service]:
    """Return every SOP class of the node."""
    both = set(document_classes()) & set(STORAGE_SOP_CLASSES)
    return [
        Service(Verification, scu=True, scp=True, what="probe of a destination; answered to everyone who is admitted"),
        *(
            Service(uid, uid in both, True, "images in; results out" if uid in both else "images in")
            for uid in STORAGE_SOP_CLASSES
        ),
        *(Service(uid, scu=True, what="results out") for uid in document_classes() if uid not in both),
        Service(PUSH_MODEL, scu=True, scp=True, what="of results; for modalities that a configuration allows"),
        Service(ModalityPerformedProcedureStep, scp=True, what="when a study is complete"),
        Service(StudyRootQueryRetrieveInformationModelFind, scu=True, what="completeness, priors"),
        Service(StudyRootQueryRetrieveInformationModelMove, scu=True, what="studies on request"),
        Service(StudyRootQueryRetrieveInformationModelGet, scu=True, what="studies on request"),
    ]


def write_services() -> str:
    """Return the overview of SOP classes and roles (PS3.2 Table A.1-1)."""
    rows = ((UID(each.uid).name, each.uid, _yes(each.scu), _yes(each.scp), each.what) for each in services())
    return _table(("SOP class", "UID", "user (SCU)", "provider (SCP)", "for"), rows)


def accepted_contexts() -> list[PresentationContext]:
    """Return the presentation contexts that the listener accepts."""
    step = PresentationContext()
    step.abstract_syntax = ModalityPerformedProcedureStep
    step.transfer_syntax = list(commitment_context().transfer_syntax)
    return [*supported_contexts(), commitment_context(), step]


def write_accepted() -> str:
    """Return the acceptable presentation contexts (PS3.2 Table A.4.2-5)."""
    rows = (
        (*_name(str(each.abstract_syntax)), _encodings(each.transfer_syntax), _role(each))
        for each in accepted_contexts()
    )
    return _table(("abstract syntax", "UID", "transfer syntaxes", "role of the node"), rows)


def write_syntaxes() -> str:
    """Return the transfer syntaxes of images, the preferred first."""
    return _table(("transfer syntax", "UID"), ((UID(uid).name, uid) for uid in decodable()))


def write_proposed() -> str:
    """Return the proposed presentation contexts (PS3.2 Table A.4.2-4)."""
    find, move, get = (
        StudyRootQueryRetrieveInformationModelFind,
        StudyRootQueryRetrieveInformationModelMove,
        StudyRootQueryRetrieveInformationModelGet,
    )
    plain = ", ".join(UID(uid).name for uid in TRANSFER_SYNTAXES)
    rows = [
        ("verify", *_name(Verification), plain, "SCU"),
        *(("send results", *_name(uid), plain, "SCU") for uid in document_classes()),
        ("ask for commitment", *_name(PUSH_MODEL), plain, "SCU"),
        ("report commitment", *_name(PUSH_MODEL), plain, "SCP, by role selection"),
        *(("query, retrieve", *_name(uid), plain, "SCU") for uid in (find, move, get)),
        *(("retrieve by C-GET", *_name(uid), "as below", "SCP, by role selection") for uid in STORAGE_SOP_CLASSES),
    ]
    return _table(("activity", "abstract syntax", "UID", "transfer syntaxes", "role of the node"), rows)


def write_answers() -> str:
    """Return the statuses that C-STORE is answered with (PS3.2 Table A.4.2-7)."""
    said: dict[tuple[int, str], list[Outcome]] = {}
    for outcome, answer in ANSWERS.items():
        if outcome is not Outcome.UNRECORDED:
            said.setdefault((answer.status, answer.clause), []).append(outcome)
    rows = ((f"{status:04X}", clause, _codes(said[status, clause])) for status, clause in sorted(said))
    return _table(("status", "meaning", "codes"), rows)


def write_statuses() -> str:
    """Return what follows from a status of a storage provider (PS3.2 Table A.4.2-6)."""
    rows = (
        (f"{first:04X}" if first == last else f"{first:04X} to {last:04X}", meaning.words, _THEN[meaning.outcome])
        for first, last, meaning in C_STORE_STATUSES
    )
    return _table(("status", "meaning", "what follows"), rows)


def write_association() -> str:
    """Return the parameters of associations."""
    limits = Limits()
    rejections = ", ".join("/".join(map(str, each.value)) for each in Rejection)
    rows = (
        ("Application Context Name", "1.2.840.10008.3.1.1.1"),
        ("Implementation Class UID", IMPLEMENTATION_CLASS_UID),
        ("Implementation Version Name", IMPLEMENTATION_VERSION_NAME),
        ("maximum length received", f"{limits.pdu_bytes} bytes (`limits.pdu_bytes`)"),
        ("associations accepted at the same time", f"{limits.associations} (`limits.associations`)"),
        ("associations requested at the same time", "`concurrency` of each destination"),
        ("ARTIM time-out", f"{limits.artim_seconds:g} s (`limits.artim_seconds`)"),
        ("time-out without traffic", f"{limits.idle_seconds:g} s (`limits.idle_seconds`)"),
        ("asynchronous operations window", "not negotiated: one operation at a time"),
        ("user identity, SOP class extended negotiation", "not supported"),
        ("rejections that are sent (result/source/reason)", rejections),
    )
    return _table(("parameter", "value"), rows)


def write_codes() -> str:
    """Return the private codes, scheme 99OSTEO."""
    found = {code for module in (codes, fracture_types) for code in _find_codes(vars(module).values())}
    mine = sorted(code for code in found if code.scheme_designator == codes.PRIVATE_SCHEME)
    return _table(("code value", "code meaning"), ((code.value, code.meaning) for code in mine))


#: The tables of the page, by name.
TABLES: Final[Mapping[str, Callable[[], str]]] = {
    "services": write_services,
    "association": write_association,
    "proposed": write_proposed,
    "accepted": write_accepted,
    "syntaxes": write_syntaxes,
    "answers": write_answers,
    "statuses": write_statuses,
    "codes": write_codes,
}


def write_page(present: str) -> str:
    """Return the page with every table as it is now; raises ValueError where the page lacks the place of one."""
    for name, write in TABLES.items():
        begin, end = f"<!-- {name}: written by python -m tools.conformance_tables -->\n", f"<!-- {name}: end -->\n"
        pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
        if len(pattern.findall(present)) != 1:
            raise ValueError(f"the page has no place for {name}, or several")
        table = begin + write() + end
        present = pattern.sub(lambda _match, table=table: table, present)  # type: ignore[misc]
    return present


def _find_codes(values: Iterable[object]) -> Iterable[Code]:
    for value in values:
        if isinstance(value, Code):
            yield value
        elif isinstance(value, dict):
            yield from _find_codes(value.values())


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return (
        "".join(f"| {' | '.join(line)} |\n" for line in lines)
        .replace("| --- ", "|---")
        .replace("---|---|\n", "---|---|\n")
    )


def _name(uid: str) -> tuple[str, str]:
    return UID(uid).name, uid


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


def _encodings(transfer_syntax_uids: Iterable[str]) -> str:
    uids = list(transfer_syntax_uids)
    return "as below" if len(uids) > 2 else ", ".join(UID(uid).name for uid in uids or [ExplicitVRLittleEndian])


def _role(context: PresentationContext) -> str:
    return "SCP, or SCU by role selection of the peer" if context.scp_role else "SCP"


def _codes(outcomes: Iterable[Outcome]) -> str:
    return ", ".join(f"`{outcome.value}`" for outcome in outcomes)


def main() -> None:
    """Write the page anew."""
    PAGE.write_text(write_page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
