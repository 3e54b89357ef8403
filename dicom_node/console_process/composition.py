"""The console, put together: the only module that knows both its pages and what they work with."""

from functools import partial

from sqlalchemy import Engine

from config.settings import Settings
from dicom_node.clock import SystemClock
from dicom_node.console.access.access import Access
from dicom_node.console.api.serving import ApiServing
from dicom_node.console.application import ConsoleApplication, make_application
from dicom_node.console.gate import Gate
from dicom_node.console.live.serving import LiveServing
from dicom_node.console.live.sources import Sources
from dicom_node.console.services import Services
from dicom_node.console.uploading import Uploading
from dicom_node.console_process.api_parts import make_parts
from dicom_node.console_process.background_look import BackgroundLook
from dicom_node.console_process.desks import (
    ConfigurationChecker,
    LedgerDeadLetterDesk,
    LedgerQuarantineDesk,
    PeerChecker,
)
from dicom_node.console_process.study_parts import make_study_book
from dicom_node.drift.input_look import InputLook
from dicom_node.drift.look import KEPT
from dicom_node.drift.scores import DAYS, DriftLook
from dicom_node.image_desk.caller import DeskCaller
from dicom_node.image_desk.place import DeskPlace
from dicom_node.image_desk.upload_shelf import UploadShelf
from dicom_node.ledger.audit_book import AuditBook
from dicom_node.ledger.audit_patients import StudyPatients
from dicom_node.ledger.audit_trail import LedgerAuditTrail
from dicom_node.ledger.challenges import ChallengeBook
from dicom_node.ledger.change_watch import ChangeWatch, count_waiting
from dicom_node.ledger.contacts import ContactBook
from dicom_node.ledger.image_measures import ImageMeasureBook
from dicom_node.ledger.member_times import MemberTimeBook
from dicom_node.ledger.report_comparisons import ComparisonView
from dicom_node.ledger.sent_readings import SentReadingBook
from dicom_node.ports import Clock
from dicom_node.reader_comparison import ComparisonLook
from inference.zoo import BUNDLED


def make_console(settings: Settings, engine: Engine, access: Access) -> ConsoleApplication:
    """Return the console of a node.

    Args:
        engine: the ledger's database, tables created.
    """
    clock, gate, reading = SystemClock(), Gate(access), settings.reading
    trail = LedgerAuditTrail(engine, clock, StudyPatients(engine, settings.node.data))
    bundle = reading.bundle or BUNDLED
    drift = DriftLook(SentReadingBook(engine), clock, bundle, reading.precision)
    inputs = InputLook(ImageMeasureBook(engine), clock, bundle, reading.precision, settings.drift)
    compared = ComparisonLook(
        ChallengeBook(engine, settings.node.data, clock), ComparisonView(engine).comparisons, settings, clock
    )
    services = Services(
        settings=settings,
        clock=clock,
        access=access,
        studies=make_study_book(settings, engine, clock, trail),
        quarantine=LedgerQuarantineDesk(settings, engine, clock),
        dead_letters=LedgerDeadLetterDesk(settings, engine, clock),
        contacts=ContactBook(engine, [each.name for each in settings.destination]),
        audit=AuditBook(engine),
        check_peer=PeerChecker(settings),
        reading_times=MemberTimeBook(engine),
        drift=BackgroundLook(partial(drift.look, DAYS), clock, KEPT).latest,
        inputs=BackgroundLook(partial(inputs.look, DAYS), clock, KEPT).latest,
        comparison=BackgroundLook(partial(compared.look, DAYS), clock, KEPT).latest,
        report_comparisons=ComparisonView(engine),
        check_configuration=ConfigurationChecker(settings.node.data.resolve().parent),
        uploading=_make_uploading(settings, clock),
    )
    api = ApiServing.of_settings(settings, make_parts(services, engine), gate)
    live = LiveServing(Sources(ChangeWatch(engine).number, partial(count_waiting, engine), services.studies.file), gate)
    return make_application(services, gate, others=(*api.routes(), *live.routes()))


def _make_uploading(settings: Settings, clock: Clock) -> Uploading:
    """Return what has uploads read by the node, and keeps them."""
    place = DeskPlace.of_data(settings.node.data)
    shelf = UploadShelf.of_settings(settings.uploads, place, clock)
    return Uploading(settings.uploads, DeskCaller(place), place.spool, shelf)
