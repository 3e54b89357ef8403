"""From the segments of ORU^R01 to final reports (HL7 2.3 to 2.5.1 chapter 7): which field is read where."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from config.final_reports import FinalReportCode, FinalReports
from dicom_node.receive.header import is_uid
from dicom_node.receive.orders.er7 import Message
from dicom_node.receive.orders.order_message import (
    OrderGroup,
    OrderUnreadable,
    find_shared_study,
    read_groups,
    read_order,
    read_patient,
)
from dicom_node.receive.reports.observations import is_own, is_taken_back, read_rows
from domain.final_report import FinalReport, ReportStatement, ReportStatus
from domain.order import ImagingOrder

#: OBR-25 (table 0123). What is not here is not final: preliminary, scheduled, in process.
STATUSES: Final = {"F": ReportStatus.FINAL, "C": ReportStatus.CORRECTED, "X": ReportStatus.WITHDRAWN}
#: OBX-3 of a row with the Study Instance UID (IHE Results Distribution).
_STUDY_ROW: Final = ("113014", "DCM")
_TIME: Final = re.compile(r"(\d{8})(\d{2})?(\d{2})?(\d{2})?(?:\.\d+)?([+-]\d{4})?")


def read_reports(message: Message, settings: FinalReports, codes: Sequence[FinalReportCode]) -> list[FinalReport]:
    """Return the final reports of a message, none where all of it is preliminary.

    Raises:
        OrderUnreadable: it has no order, or a final one without any number.
    """
    groups = list(read_groups(message))
    if not any(group.first("OBR") for group in groups):
        raise OrderUnreadable("the message has no OBR", "OBR^1", 100)
    return [
        _read_report(group, number, status, message, settings, codes)
        for number, group in enumerate(groups, 1)
        if (status := _find_status(group)) is not None
    ]


def _find_status(group: OrderGroup) -> ReportStatus | None:
    """Return OBR-25, where it is empty what all rows agree on; None where the report is not final."""
    if group.first("OBR") is None:
        return None
    rows = [segment for segment in group.segments if segment.name == "OBX"]
    if rows and all(map(is_own, rows)):
        return None  # our own answer, sent back under another name
    if is_taken_back(rows):
        return ReportStatus.WITHDRAWN
    stated = group.text("OBR", 25).upper()
    if not stated:
        said = {row.text(11).upper() for row in rows}
        stated = said.pop() if len(said) == 1 else ""
    return STATUSES.get(stated)


def _read_report(
    group: OrderGroup,
    number: int,
    status: ReportStatus,
    message: Message,
    settings: FinalReports,
    codes: Sequence[FinalReportCode],
) -> FinalReport:
    rows = [segment for segment in group.segments if segment.name == "OBX"]
    withdrawn = status is ReportStatus.WITHDRAWN
    said = (ReportStatement.NOT_STATED, "withdrawn") if withdrawn else read_rows(rows, settings, codes)
    return FinalReport(
        order=_read_numbers(group, number, message, settings),
        status=status,
        statement=said[0],
        rule=said[1],
        control_id=message.header.text(10),
        said_at=read_time(group.text("OBR", 22)),
    )


def _read_numbers(group: OrderGroup, number: int, message: Message, settings: FinalReports) -> ImagingOrder:
    """Return the numbers of the order alone: who asked for what is not kept."""
    study = find_shared_study(message) or next(_stated_studies(group), "")
    try:
        order = read_order(group, number, settings.accession_fields, tuple(read_patient(message)), study)
    except ValueError as error:
        if isinstance(error, OrderUnreadable):
            raise
        why = "the report has no filler order number, no placer order number and no accession number"
        raise OrderUnreadable(why, f"OBR^{number}^3") from None
    return ImagingOrder(
        placer=order.placer,
        filler=order.filler,
        accession_number=order.accession_number,
        accession_issuer=order.accession_issuer,
        study_instance_uid=order.study_instance_uid,
        patient=order.patient,
    )


def _stated_studies(group: OrderGroup) -> Iterator[str]:
    """Give the Study Instance UID of the rows, where all that name one name the same: others are of comparisons."""
    rows = [row for row in group.segments if row.name == "OBX" and (row.text(3), row.text(3, 3)) == _STUDY_ROW]
    found = {uid for row in rows for place in (1, 2) if is_uid(uid := row.text(5, place))}
    if len(found) == 1:
        yield from found


def read_time(value: str) -> datetime | None:
    """Return a time of HL7 (data type TS), in UTC where it names no zone: systems are compared with themselves."""
    match = _TIME.fullmatch(value.strip())
    if match is None:
        return None
    day, hour, minute, second, zone = match.groups()
    try:
        at = datetime.strptime(f"{day}{hour or '00'}{minute or '00'}{second or '00'}", "%Y%m%d%H%M%S")
        return at.replace(tzinfo=_zone_of(zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _zone_of(zone: str | None) -> timezone:
    if zone is None:
        return UTC
    minutes = 60 * int(zone[1:3]) + int(zone[3:])
    return timezone(timedelta(minutes=minutes if zone[0] == "+" else -minutes))
