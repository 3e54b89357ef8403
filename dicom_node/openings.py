"""What commands work with: the ledger of a data folder, opened for a person; a node may be running on it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import Engine

from config.completion import Query
from config.settings import Retention, Settings
from dicom_node.access_ports import AccessBook
from dicom_node.act_records import ActRecords, name_commander
from dicom_node.alert_ports import AlertBook
from dicom_node.audit_ports import AuditTrail
from dicom_node.clock import SystemClock
from dicom_node.commanding import (
    CommandedInterventions,
    CommandedQuarantine,
    CommandedRetrievals,
    note_prior_query,
)
from dicom_node.drift.input_look import InputLook
from dicom_node.drift.scores import DriftLook
from dicom_node.durable_file import PRIVATE
from dicom_node.ledger.access import Accesses
from dicom_node.ledger.alert_book import LedgerAlerts
from dicom_node.ledger.audit_book import AuditBook
from dicom_node.ledger.audit_patients import StudyPatients
from dicom_node.ledger.audit_trail import LedgerAuditTrail
from dicom_node.ledger.backing_up import BackedUp, back_up
from dicom_node.ledger.challenges import ChallengeBook
from dicom_node.ledger.database import (
    FILE_NAME,
    create_tables,
    database_url,
    empty_log,
    open_engine,
    overwrite_what_goes,
)
from dicom_node.ledger.erasing import Erasing
from dicom_node.ledger.feeds import Feeds
from dicom_node.ledger.folder_lock import FolderLock
from dicom_node.ledger.interventions import Interventions
from dicom_node.ledger.ledger import Ledger
from dicom_node.ledger.logged_uids import find_uids
from dicom_node.ledger.purging import Purging
from dicom_node.ledger.quarantine import QuarantineBook
from dicom_node.ledger.queries import LedgerView
from dicom_node.ledger.report_comparisons import ComparisonView
from dicom_node.ledger.restoring import Restored, check_backup, restore
from dicom_node.ledger.retrievals import Retrievals
from dicom_node.ledger.sent_readings import SentReadingBook
from dicom_node.ledger.study_names import StudyNames
from dicom_node.ledger.upgrading import COPIES, Upgrade, plan_upgrade, upgrade_ledger
from dicom_node.open_studies import OpenStudies
from dicom_node.pipeline.workflow_starts import WorkflowStarts, lanes
from dicom_node.ports import Clock
from dicom_node.reader_comparison import ComparisonLook
from dicom_node.receive.quarantine import Quarantine
from domain.audit_templates import audit_log_used, data_export, data_import, name_node, study_deleted
from domain.errors import LedgerError
from inference.zoo import BUNDLED, load_manifest, model_set


@dataclass(frozen=True, slots=True)
class OpenLedger:
    """The ledger of a data folder, for a person who looks or intervenes; a node may be running on it.

    Attributes:
        acts: records that this person looked at a study, or took something of it out.
    """

    view: LedgerView
    names: StudyNames
    open_studies: OpenStudies
    reports: ComparisonView
    acts: ActRecords
    interventions: CommandedInterventions
    retrievals: CommandedRetrievals
    note_prior_query: Callable[[Query, str], None]
    close: Callable[[], None]


def open_ledger(settings: Settings) -> OpenLedger:
    """Open the ledger of a data folder that a node has used.

    Raises:
        LedgerError: there is none.
    """
    data, engine = _open_used(settings)
    starts = WorkflowStarts(engine, lanes(settings))
    clock = SystemClock()
    acts, node = _acts(engine, data, clock), name_node(settings.node.ae_title)
    interventions = CommandedInterventions(engine, clock, Interventions(engine, clock, starts), acts)
    retrievals = CommandedRetrievals(Retrievals(engine, clock), acts)
    note = partial(note_prior_query, acts, node)
    view, names = LedgerView(engine, data), StudyNames(engine, data)
    open_studies = OpenStudies(settings, engine, data, clock)
    reports = ComparisonView(engine)
    return OpenLedger(view, names, open_studies, reports, acts, interventions, retrievals, note, engine.dispose)


def open_alerts(settings: Settings) -> AlertBook:
    """Open what a node keeps of its alerts; raises LedgerError where no node was here yet."""
    from dicom_node.monitoring.alerts.wording import write_text

    _data, engine = _open_used(settings)
    return LedgerAlerts(engine, SystemClock(), write_text)


def open_drift(settings: Settings) -> DriftLook:
    """Open what compares scores with those of validation; raises LedgerError where no node was here yet."""
    _data, engine = _open_used(settings)
    reading = settings.reading
    return DriftLook(SentReadingBook(engine), SystemClock(), reading.bundle or BUNDLED, reading.precision)


def open_agreement(settings: Settings) -> ComparisonView:
    """Open what final reports say beside the answers; raises LedgerError where no node was here yet."""
    _data, engine = _open_used(settings)
    return ComparisonView(engine)


def open_comparison(settings: Settings) -> ComparisonLook:
    """Open what compares champion and challenger; raises LedgerError where no node was here yet."""
    data, engine = _open_used(settings)
    return ComparisonLook(
        ChallengeBook(engine, data, SystemClock()), ComparisonView(engine).comparisons, settings, SystemClock()
    )


@dataclass(frozen=True, slots=True)
class OpenInputDrift:
    """What images are like, for a person who looks or has a sender learned anew."""

    images: InputLook
    acts: ActRecords

    def learn_anew(self, sender: str) -> int:
        """Await the first images of a sender from now on; return of how many origins that was known. It is audited."""
        return self.acts.change_baseline(sender, partial(self.images.learn_anew, sender))


def open_input_drift(settings: Settings) -> OpenInputDrift:
    """Open what compares images with those of validation; raises LedgerError where no node was here yet."""
    from dicom_node.watching.drift import look_at_inputs

    data, engine = _open_used(settings)
    clock = SystemClock()
    return OpenInputDrift(look_at_inputs(settings, engine, clock), _acts(engine, data, clock))


def open_feeds(settings: Settings) -> Feeds:
    """Open what a node keeps of the sources that it follows; raises LedgerError where no node was here yet."""
    _data, engine = _open_used(settings)
    return Feeds(engine, SystemClock())


@dataclass(frozen=True, slots=True)
class OpenQuarantine:
    """What was put aside, for a person who looks or intervenes; a node may be running on the same ledger."""

    book: QuarantineBook
    quarantine: CommandedQuarantine
    interventions: CommandedInterventions


def open_quarantine(settings: Settings) -> OpenQuarantine:
    """Open the quarantine of a data folder.

    Raises:
        LedgerError: no node has used it.
        ModelError: the bundle that is to read what is taken in has no valid manifest.
    """
    data, engine = _open_used(settings)
    manifest = load_manifest(settings.reading.bundle or BUNDLED, settings.reading.precision)
    clock, starts = SystemClock(), WorkflowStarts(engine, lanes(settings), model_set(manifest))
    book, ledger = QuarantineBook(engine, data), Ledger(engine, data, clock, starts)
    quarantine = Quarantine.of_settings(settings, ledger, book, clock)
    acts = _acts(engine, data, clock)
    interventions = CommandedInterventions(engine, clock, Interventions(engine, clock, starts), acts)
    return OpenQuarantine(book, CommandedQuarantine(quarantine, acts), interventions)


@dataclass(frozen=True, slots=True)
class Retaining:
    """What `osteonode purge` works with; a node may be running on the same ledger.

    Attributes:
        old_ledgers: copies of before an upgrade, which nobody purges.
    """

    settings: Retention
    purging: Callable[..., Purging]
    erasing: Erasing
    clock: Clock
    note_deleted: Callable[[str], None]
    old_ledgers: tuple[Path, ...]
    close: Callable[[], None]


def open_retaining(settings: Settings) -> Retaining:
    """Open the ledger of a data folder to remove what is finished; what goes is overwritten.

    Raises:
        LedgerError: no node has used it.
    """
    data, engine = _open_used(settings)
    overwrite_what_goes(engine)
    clock = SystemClock()
    purging = partial(Purging, engine, data, clock, committing=settings.committing_destinations)
    trail, who = LedgerAuditTrail(engine, clock), name_commander()
    return Retaining(
        settings.retention,
        purging,
        Erasing(engine, data, clock),
        clock,
        lambda uid: trail.record(study_deleted(who, uid)),
        tuple(sorted((data / COPIES).glob("*.sqlite"))),
        partial(_close_emptied, engine),
    )


def _close_emptied(engine: Engine) -> None:
    empty_log(engine)
    engine.dispose()


@dataclass(frozen=True, slots=True)
class OpenAccess:
    """Who may use the console, for a person who says it; a node may be running on the same ledger."""

    book: AccessBook
    trail: AuditTrail
    clock: Clock


def open_access(settings: Settings, *, may_create: bool = False) -> OpenAccess:
    """Open the users of a data folder.

    Args:
        may_create: make a ledger where no node has run yet, so that users are there when the first one does.

    Raises:
        LedgerError: no node has used it.
    """
    data = settings.node.data.resolve()
    if may_create and not (data / FILE_NAME).is_file():
        data.mkdir(PRIVATE, parents=True, exist_ok=True)
        engine = open_engine(database_url(data))
        create_tables(engine)
    else:
        _data, engine = _open_used(settings)
    clock = SystemClock()
    return OpenAccess(Accesses(engine, clock), LedgerAuditTrail(engine, clock), clock)


def look_at_upgrade(settings: Settings) -> Upgrade | None:
    """Return what an upgrade of the ledger would do, None where it has this program's schema.

    Raises:
        LedgerError: no node has used the data folder, or a later version of this program has.
    """
    data, engine = _open_file(settings)
    try:
        return plan_upgrade(engine, data, SystemClock().now())
    finally:
        engine.dispose()


def carry_out_upgrade(settings: Settings) -> Upgrade | None:
    """Copy the ledger and bring it to this program's schema; return what was done, None where nothing was to do.

    Raises:
        ConfigError: a node is running on the data folder.
        LedgerError: it could not be copied or changed; it is as it was.
    """
    data, engine = _open_file(settings)
    lock = FolderLock(data)
    lock.take()
    try:
        return upgrade_ledger(engine, data, SystemClock().now())
    finally:
        engine.dispose()
        lock.free()


def find_logged_uids(settings: Settings, name: str) -> tuple[str, ...]:
    """Return the UIDs of studies and images that logs call by a name; see dicom_node/log_events.py.

    Raises:
        LedgerError: no node has used the data folder.
    """
    _data, engine = _open_used(settings)
    try:
        return find_uids(engine, name)
    finally:
        engine.dispose()


def open_audit(settings: Settings) -> AuditBook:
    """Open the audit trail for a person, which is a record of it (PS3.15 A.5.3.2).

    Raises:
        LedgerError: no node has used the data folder.
    """
    _data, engine = _open_used(settings)
    LedgerAuditTrail(engine, SystemClock()).record(audit_log_used(name_commander()))
    return AuditBook(engine)


def back_up_data(settings: Settings, folder: Path) -> BackedUp:
    """Back the data folder up; a node may be running on it. What leaves is in the audit trail.

    Raises:
        LedgerError: no node has used the data folder, or the backup could not be made.
    """
    data, engine = _open_used(settings)
    clock = SystemClock()
    try:
        trail = LedgerAuditTrail(engine, clock)
        trail.record(data_export(name_commander(), str(folder.absolute()), explanation="backup of the data folder"))
        return back_up(engine, data, folder, clock.now())
    finally:
        engine.dispose()


def check_backup_folder(folder: Path) -> Restored:
    """Prove a backup; nothing is changed. Raises LedgerError where it is none."""
    return check_backup(folder)


def restore_data(settings: Settings, folder: Path, *, incomplete: bool = False) -> Restored:
    """Make the data folder of a backup, and say so in its audit trail; see dicom_node/ledger/restoring.py.

    Raises:
        LedgerError: the data folder is in use, or the folder is no backup.
    """
    data = settings.node.data.resolve()
    done = restore(folder, data, incomplete=incomplete)
    if incomplete or not done.faults:
        engine = open_engine(database_url(data))
        upgrade_ledger(engine, data, SystemClock().now())
        LedgerAuditTrail(engine, SystemClock()).record(data_import(name_commander(), str(folder.absolute())))
        engine.dispose()
    return done


def _acts(engine: Engine, data: Path, clock: Clock) -> ActRecords:
    return ActRecords(LedgerAuditTrail(engine, clock, StudyPatients(engine, data)), name_commander())


def _open_used(settings: Settings) -> tuple[Path, Engine]:
    data, engine = _open_file(settings)
    create_tables(engine)
    return data, engine


def _open_file(settings: Settings) -> tuple[Path, Engine]:
    data = settings.node.data.resolve()
    if not (data / FILE_NAME).is_file():
        raise LedgerError(f"no node has used the data folder {data} yet")
    return data, open_engine(database_url(data))
