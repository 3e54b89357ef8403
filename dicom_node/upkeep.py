"""What a node does now and then beside its pipeline: commit, report, purge, forget, look at certificates."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from config.settings import Destination, Settings
from dicom_node.chance import SystemChance
from dicom_node.deliver.commitment_report import send_report
from dicom_node.deliver.commitment_scu import CommitmentScu
from dicom_node.image_desk.place import DeskPlace
from dicom_node.image_desk.upload_shelf import UploadShelf, remove_leftovers
from dicom_node.ledger.commitment_requests import CommitmentRequests
from dicom_node.ledger.commitments import Commitments
from dicom_node.ledger.final_reports import ReportBook
from dicom_node.ledger.orders import OrderBook
from dicom_node.ledger.orphans import remove_orphans
from dicom_node.ledger.performed_steps import StepBook
from dicom_node.ledger.purging import Purging
from dicom_node.ledger.queries import LedgerView
from dicom_node.ledger.retrievals import Retrievals
from dicom_node.ledger.study_entries import StudyEntries
from dicom_node.pipeline import commitment_reports, committing, report_matching, retaining
from dicom_node.pipeline.ordering import identify_file
from dicom_node.pipeline.workflow_starts import WorkflowStarts
from dicom_node.ports import Clock
from dicom_node.repeating import Repeating
from dicom_node.tls.watch import DAILY_SECONDS, watch_certificates

ORPHANS_SECONDS: Final = 6 * 3600.0
#: Between two batches of studies whose accession numbers are noted, where nobody else does it.
NOTING_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Upkeep:
    """The loops of one node.

    Attributes:
        engine: the ledger's database, tables created.
        data: the data folder.
    """

    settings: Settings
    engine: Engine
    clock: Clock
    data: Path

    def loops(self, starts: WorkflowStarts) -> Iterator[Repeating]:
        """Give the loops, not started."""
        for destination in self.settings.destination:
            if destination.commitment and not self.settings.node.shadow_mode:  # it asks nobody for anything
                yield self._committing(destination, Commitments(self.engine, starts))
        yield self._reporting()
        seconds = self.settings.retention.sweep_seconds
        yield Repeating("retention", seconds, self._purging())
        yield Repeating("orders", seconds, self._forgetting())
        if self.settings.final_reports is not None:
            yield Repeating("reports", report_matching.INTERVAL_SECONDS, self._matching())
        elif not self.settings.console.enabled:  # whose process does it; so does the matching of final reports
            yield Repeating("study-entries", NOTING_SECONDS, StudyEntries(self.engine, self.data).note)
        yield Repeating("uploads", seconds, self._forget_uploads)
        yield Repeating("orphans", ORPHANS_SECONDS, partial(remove_orphans, self.engine, self.data))
        yield Repeating("certificates", DAILY_SECONDS, lambda: watch_certificates(self.settings, self.clock.now()))

    def _committing(self, destination: Destination, book: Commitments) -> Repeating:
        """Ask a destination to commit to what it got."""
        keep = partial(committing.keep_report, book, self.settings.destination, self.clock)
        asker = CommitmentScu(destination, self.settings.node.ae_title, keep)
        work = committing.Committing(destination, book, asker, self.clock, SystemChance())
        name = f"committing-{destination.name}"
        return Repeating(name, committing.INTERVAL_SECONDS, partial(committing.commit_due, work))

    def _reporting(self) -> Repeating:
        """Report what senders asked this node to commit to."""
        book = CommitmentRequests(self.engine, self.data)
        work = commitment_reports.Reporting(self.settings, book, send_report, self.clock, SystemChance())
        return Repeating("reporting", commitment_reports.INTERVAL_SECONDS, partial(commitment_reports.report_due, work))

    def _purging(self) -> Callable[[], object]:
        names = self.settings.committing_destinations
        purging = Purging(self.engine, self.data, self.clock, committing=names)
        return partial(retaining.purge_due, purging, retaining.ages(self.settings.retention), self.clock)

    def _forgetting(self) -> Callable[[], object]:
        books = (
            OrderBook(self.engine, self.clock).forget_orders,
            ReportBook(self.engine, self.clock).forget_reports,
            StepBook(self.engine, self.clock).forget_steps,
            Retrievals(self.engine, self.clock).forget,
            CommitmentRequests(self.engine, self.data).forget,
        )
        return partial(retaining.forget_known, books, self.settings.retention.orders_days, self.clock)

    def _matching(self) -> Callable[[], object]:
        """Find the studies of final reports."""
        look = LedgerView(self.engine, self.data)
        return report_matching.ReportMatcher(
            ReportBook(self.engine, self.clock),
            lambda uid: identify_file(look.first_header(uid)),
            StudyEntries(self.engine, self.data).note,
            self.clock,
        ).look

    def _forget_uploads(self) -> None:
        """Remove uploads that have lain long enough, also where the console is off now."""
        place = DeskPlace.of_data(self.data)
        UploadShelf.of_settings(self.settings.uploads, place, self.clock).expire()
        remove_leftovers(place.spool, self.clock.now())
