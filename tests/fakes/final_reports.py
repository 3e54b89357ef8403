"""Final reports: as information systems send them, and kept in memory; fictitious patients."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dicom_node.agreement_ports import Comparison, ReportCandidate, ReportsNow, StudyReport, Tally
from dicom_node.knowledge_ports import OrderMessage
from domain.final_report import (
    FinalReport,
    ReportRemark,
    ReportStatement,
    ReportStatus,
    StudyAnswer,
    combine_statements,
)
from domain.order import EntityIdentifier, ImagingOrder

SAID_AT = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)


def make_report(
    statement: ReportStatement = ReportStatement.FRACTURE, accession: str = "A1", **others: object
) -> FinalReport:
    """Return a final report of an order that is known by its filler's number."""
    order = ImagingOrder(filler=EntityIdentifier(f"F-{accession}"), accession_number=accession)
    report = FinalReport(order, ReportStatus.FINAL, statement, "affirmed", "M1", SAID_AT)
    return replace(report, **others)  # type: ignore[arg-type]


def make_comparison(
    statement: ReportStatement, answer: StudyAnswer, study: str = "1.1", **others: object
) -> Comparison:
    """Return what one study came to."""
    at = SAID_AT + timedelta(hours=1)
    row = Comparison(study, 1, statement, "affirmed", answer, "hand", "MODALITY", "5f1d" * 16, at)
    return replace(row, **others)  # type: ignore[arg-type]


def tally(each: Comparison, studies: int = 1) -> Tally:
    """Return a comparison as a count."""
    return Tally(each.answer, each.statement, each.region, each.calling_ae_title, each.model_set, studies)


class FakeReports:
    """Implements agreement_ports.ReportKeeper, ReportMatching and Comparisons in memory.

    Attributes:
        numbers: accession number of each study that is here.
        answers: what was answered, by study.

    Args:
        failure: raised by `keep_reports` until it is set to None.
    """

    def __init__(self, failure: Exception | None = None) -> None:
        self.failure = failure
        self.reports: dict[str, FinalReport] = {}
        self.studies: dict[str, str] = {}
        self.remarks: dict[str, ReportRemark | None] = {}
        self.numbers: dict[str, str] = {}
        self.answers: dict[str, StudyAnswer] = {}
        self.made: dict[str, Comparison] = {}
        self._messages: dict[str, str] = {}
        self._pending: set[str] = set()

    def keep_reports(self, message: OrderMessage, reports: Sequence[FinalReport]) -> bool:
        if self.failure is not None:
            raise self.failure
        if self._messages.get(message.identity) == message.content:
            return False
        self._messages[message.identity] = message.content
        for report in reports:
            self._keep(report)
        return True

    def _keep(self, report: FinalReport) -> None:
        before = self.reports.get(report.key)
        if before is not None and not report.replaces(before):
            return
        if before is not None and before.order != report.order:
            self.made.pop(self.studies.pop(report.key, ""), None)
        self.reports[report.key] = report
        self._pending.add(report.key)

    def candidates(self, since: datetime | None = None) -> Sequence[ReportCandidate]:
        found = []
        for key, report in sorted(self.reports.items()):
            order = report.order
            uids = [uid for uid in self.numbers if uid == order.study_instance_uid]
            uids += [uid for uid, number in self.numbers.items() if number and number == order.accession_number]
            if key not in self.studies and uids:
                found.append(ReportCandidate(key, order, tuple(dict.fromkeys(uids)), self.remarks.get(key)))
        return tuple(found)

    def assign(self, key: str, study_instance_uid: str, remark: ReportRemark | None = None) -> None:
        self.remarks[key] = remark
        if study_instance_uid:
            self.studies[key] = study_instance_uid

    def compare(self) -> int:
        due = {self.studies[key] for key in self._pending if key in self.studies and self.studies[key] in self.answers}
        for uid in due:
            self._compare(uid)
        return len(due)

    def _compare(self, uid: str) -> None:
        mine = {key: report for key, report in self.reports.items() if self.studies.get(key) == uid}
        self._pending -= set(mine)
        standing = [each for each in mine.values() if each.status is not ReportStatus.WITHDRAWN]
        said = combine_statements((each.statement, each.rule) for each in standing)
        self.made.pop(uid, None)
        if said is not None:
            self.made[uid] = make_comparison(said[0], self.answers[uid], uid, rule=said[1])

    def comparisons(self, since: datetime | None = None) -> Sequence[Comparison]:
        return [each for each in self.made.values() if since is None or each.compared_at >= since]

    def tallies(self, since: datetime | None = None) -> Sequence[Tally]:
        return [tally(each) for each in self.comparisons(since)]

    def contradicting(self, since: datetime | None = None, limit: int | None = None) -> Sequence[Comparison]:
        pairs = (("absent", "fracture"), ("present", "no_fracture"))
        return [each for pair in pairs for each in self.comparisons(since) if (each.answer, each.statement) == pair][
            :limit
        ]

    def comparison_of(self, study_instance_uid: str) -> Comparison | None:
        return self.made.get(study_instance_uid)

    def reports_of(self, study_instance_uid: str) -> Sequence[StudyReport]:
        mine = [report for key, report in self.reports.items() if self.studies.get(key) == study_instance_uid]
        return [
            StudyReport(
                each.statement, each.rule, each.status, each.control_id, each.order.accession_number, None, SAID_AT
            )
            for each in mine
        ]

    def reports_now(self, since: datetime | None = None) -> ReportsNow:
        withdrawn = {key for key, each in self.reports.items() if each.status is ReportStatus.WITHDRAWN}
        refused = [remark for key, remark in self.remarks.items() if remark is not None and key not in withdrawn]
        free = {key for key in self.reports if key not in withdrawn and self.remarks.get(key) is None}
        known = {key for key in free if key in self.studies}
        counts: Mapping[ReportRemark, int] = {each: refused.count(each) for each in refused}
        return ReportsNow(
            len(self.reports),
            len(known - self._pending),
            len(free - known),
            len(known & self._pending),
            len(withdrawn),
            dict(counts),
        )


ORU = (
    "MSH|^~\\&|RIS|HOSPITAL|OSTEONODE|RADIOLOGY|20260301110000||ORU^R01^ORU_R01|{control_id}|P|2.5.1\r"
    "PID|1||PID-4711^^^NORTH&1.2.840.99&ISO^MR||Doe^Jane||19800131|F\r"
    "PV1||E\r"
    "ORC|RE|PL-1^RIS|FI-1^RIS||CM\r"
    "OBR|1|PL-1^RIS|FI-1^RIS|XRWRI2^XR wrist 2 views^LOCAL||||||||||||||ACC-0815||||20260301105900||RAD|{status}\r"
    "{rows}"
)
ACUTE = "OBX|1|FT|19005-8^Impression^LN||Acute fracture of the distal radius.||||||{status}\r"


def make_oru(rows: str = ACUTE, status: str = "F", control_id: str = "R1") -> bytes:
    """Return a message with one report as bytes; `{status}` in its rows is that of OBR-25."""
    return ORU.format(control_id=control_id, status=status, rows=rows.replace("{status}", status)).encode()


def say_impression(text: str) -> str:
    """Return the row of an impression."""
    return f"OBX|1|FT|19005-8^Impression^LN||{text}||||||{{status}}\r"
