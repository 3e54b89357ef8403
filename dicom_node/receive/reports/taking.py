"""What is done with one message that brings final reports."""

from collections.abc import Sequence
from dataclasses import dataclass

from config.final_reports import FinalReportCode, FinalReports
from dicom_node.knowledge_ports import OrderMessage, ReportKeeper
from dicom_node.receive.orders.er7 import Message
from dicom_node.receive.reports.report_message import read_reports


@dataclass(frozen=True, slots=True)
class ReportTaking:
    """Keeps what final reports say; what has been kept is durable.

    Attributes:
        own_application: MSH-3 of our own messages: one of them that an interface engine sends back is no report.
    """

    settings: FinalReports
    codes: Sequence[FinalReportCode]
    own_application: str
    keeper: ReportKeeper

    def take(self, message: Message, identity: OrderMessage) -> str:
        """Keep the final reports of a message and return in words what was done.

        Raises:
            OrderUnreadable: it cannot be told what a report is of; nothing of the message was kept.
            LedgerError: the store failed; nothing was kept.
        """
        if message.header.text(3).upper() == self.own_application.upper():
            return "a message of this node that came back"
        reports = read_reports(message, self.settings, self.codes)
        if not reports:
            return "a report that is not final"
        is_new = self.keeper.keep_reports(identity, reports)
        return "final reports kept" if is_new else "a message that was kept before"
