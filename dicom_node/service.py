"""The composition root: settings in, a running node out."""

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from sqlalchemy import Engine

from config.settings import Settings
from dicom_node.auditing.composition import begin_audit
from dicom_node.challenger import OpenChallenger, start_challenger
from dicom_node.chance import SystemChance
from dicom_node.clock import SystemClock
from dicom_node.deliver import registry
from dicom_node.deliver.image_count import Taken
from dicom_node.deliver.retrieve_scu import QueriedArchives, Storable
from dicom_node.deliver.source_counts import FoundCounts
from dicom_node.durable_file import PRIVATE
from dicom_node.image_desk.place import DeskPlace
from dicom_node.ledger.breakers import Breakers
from dicom_node.ledger.database import create_tables, database_url, open_engine, open_workflow_engine
from dicom_node.ledger.feeds import Feeds
from dicom_node.ledger.final_reports import ReportBook
from dicom_node.ledger.folder_lock import FolderLock
from dicom_node.ledger.ledger import Ledger
from dicom_node.ledger.measurements import Measurements
from dicom_node.ledger.orders import OrderBook
from dicom_node.ledger.performed_steps import StepBook
from dicom_node.ledger.quarantine import QuarantineBook
from dicom_node.ledger.queries import LedgerView
from dicom_node.ledger.retrievals import Retrievals
from dicom_node.ledger.shadows import ShadowBook
from dicom_node.ledger.upgrading import upgrade_ledger
from dicom_node.pipeline import closing, retaining, retrieving
from dicom_node.pipeline.challenging import open_challenger
from dicom_node.pipeline.explaining import choose_recipients
from dicom_node.pipeline.facts import KnownFacts
from dicom_node.pipeline.heap import give_back_freed_memory
from dicom_node.pipeline.ordering import OrderedViews
from dicom_node.pipeline.probing import INTERVAL_SECONDS as PROBING_SECONDS
from dicom_node.pipeline.probing import Probing
from dicom_node.pipeline.stages import Parts
from dicom_node.pipeline.workflow_starts import WorkflowStarts, lanes
from dicom_node.pipeline.workflows import Workflows
from dicom_node.ports import Clock, StudyExplainer
from dicom_node.reading_parts import (
    BundleReader,
    WarmReader,
    open_explainer,
    open_phrase_writer,
    open_reader,
    open_spare_reader,
)
from dicom_node.receive import ways
from dicom_node.receive.association_marks import FileMarks
from dicom_node.receive.contexts import STORAGE_SOP_CLASSES, decodable
from dicom_node.receive.door import Door
from dicom_node.receive.orders.listeners import build_listeners
from dicom_node.receive.orphans import put_orphans_aside
from dicom_node.receive.receipt_counts import WayIn
from dicom_node.receive.retrieved import DoorIntake
from dicom_node.receive.shelf import Shelf
from dicom_node.receive.storage_scp import StorageScp
from dicom_node.reception.composition import make_scp
from dicom_node.reception.processes import Reception
from dicom_node.repeating import Repeating
from dicom_node.tls.inventory import require_tls
from dicom_node.tls.watch import watch_certificates
from dicom_node.upkeep import Upkeep
from dicom_node.watching.watch import Watch, begin_watch
from domain.errors import OsteonodeError
from domain.impression import PhraseWriter
from inference.study import combine
from reporting.compose import compose

if TYPE_CHECKING:
    from dicom_node.console_process.process import ConsoleProcess

RESCUE_SECONDS: Final = 30.0
FORGET_SECONDS: Final = 600.0
_log = logging.getLogger(__name__)


class Service:
    """A node: receives, reads, answers, delivers, between `start` and `stop` or inside `with`.

    One per process and data folder. Stopping is graceful, but nothing depends on it: a node that was killed takes up
    its work at the next start.

    Args:
        reader_factory: makes the readers; the configured bundle in child processes by default.
        explainer_factory: makes what explains studies afterwards; LIME in a child process by default.
        writer_factory: makes what proposes impressions; the configured phrase model by default.
        spare_reader_factory: makes what reads single images, once somebody at the console asks; of lowest priority.
        challenger_factory: makes what reads beside the champion; the configured bundle, in what nobody else wants.
        rescue_seconds: how often lost work is looked for.
        prepare_reception: images arrive in a process of their own, which calls this first (importable by name); None
            lets them arrive in this one, which then has to share its interpreter with everything else. The console,
            where it is on, is such a process, too.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        reader_factory: Callable[[Settings], BundleReader] = open_reader,
        explainer_factory: Callable[[Settings], StudyExplainer | None] = open_explainer,
        writer_factory: Callable[[Settings], PhraseWriter | None] = open_phrase_writer,
        spare_reader_factory: Callable[[Settings], WarmReader] = open_spare_reader,
        challenger_factory: OpenChallenger = open_challenger,
        clock: Clock | None = None,
        rescue_seconds: float = RESCUE_SECONDS,
        prepare_reception: Callable[[], None] | None = None,
    ) -> None:
        data = settings.node.data.resolve()
        self._settings = settings.model_copy(update={"node": settings.node.model_copy(update={"data": data})})
        self._data = data
        self._reader_factory = reader_factory
        self._explainer_factory = explainer_factory
        self._writer_factory = writer_factory
        self._spare_reader_factory = spare_reader_factory
        self._challenger_factory = challenger_factory
        self._clock = clock or SystemClock()
        self._rescue_seconds = rescue_seconds
        self._prepare_reception = prepare_reception
        self._stops = ExitStack()
        self._scp: StorageScp | Reception | None = None
        self._view: LedgerView | None = None
        self._try_to_write: Callable[[datetime], None] = lambda _now: None
        self.console: ConsoleProcess | None = None
        self._watch = Watch()

    @property
    def port(self) -> int:
        """The TCP port of the DICOM listener."""
        if self._scp is None:
            raise RuntimeError("the node is not running")
        return self._scp.port

    @property
    def tls_port(self) -> int | None:
        """The TCP port of the DICOM listener with TLS, None where there is none."""
        return self._scp.tls_port if self._scp is not None else None

    @property
    def metrics_port(self) -> int | None:
        """The TCP port of the listener for monitoring systems, None where there is none."""
        return self._watch.port

    @property
    def view(self) -> LedgerView:
        """Questions to the ledger of the running node."""
        if self._view is None:
            raise RuntimeError("the node is not running")
        return self._view

    def is_working(self) -> bool:
        """Return whether images are taken in, once the ledger took a change or refused it; one that hangs does not."""
        with suppress(OsteonodeError):  # a full disk, say: told elsewhere, and another start would not help
            self._try_to_write(self._clock.now())
        return self._scp is not None and self._scp.is_listening

    def start(self) -> None:
        """Return when the node listens, its models are loaded and its engine runs.

        Raises:
            ConfigError: another node runs on this data folder, or a file of the TLS settings is not what its key says.
            LedgerError: the ledger cannot be opened.
            ModelError: the models cannot be loaded, or a weight file is not the one that its manifest names.
            OSError: the port is taken or the data folder cannot be written to.
        """
        began = time.monotonic()
        give_back_freed_memory()
        with ExitStack() as stops:
            self._start_parts(stops)
            self._stops = stops.pop_all()
        _log.info("ready after %.2f s", time.monotonic() - began)

    def stop(self) -> None:
        """Take no more images, let what is under way end, and close; nothing where the node is not running."""
        self._scp = self._view = None
        self._stops.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _start_parts(self, stops: ExitStack) -> None:
        """Start everything in order; `stops` undoes it in reverse."""
        require_tls(self._settings)
        engine = self._open_store(stops)
        self._note_query = begin_audit(self._settings, engine, self._clock, stops)
        self._watch = begin_watch(self._settings, engine, self._clock, stops)
        bundle = self._reader_factory(self._settings)
        stops.callback(bundle.reader.close)
        warming = _in_thread(bundle.reader.warm_up)
        apart = self._open_reception(bundle.reader.model_set, stops)
        self._load_console(stops)
        self._open_desk(stops)
        starts = WorkflowStarts(engine, lanes(self._settings), bundle.reader.model_set)
        ledger = Ledger(engine, self._data, self._clock, starts)
        parts = self._assemble(ledger, Breakers(engine, self._clock, starts), engine, bundle)
        orders = OrderBook(engine, self._clock)
        shadow = ShadowBook(engine, self._settings.shadowed, self._settings.title_key)
        shadow.begin(self._clock.now())
        parts = replace(parts, facts=self._find_facts(engine, orders, stops), orders=orders, shadow=shadow)
        self._start_pipeline(parts, stops)
        put_orphans_aside(Shelf(self._data), QuarantineBook(engine, self._data), ledger)
        warming()
        champion, opened = bundle.reader.model_set, self._challenger_factory
        start_challenger(self._settings, engine, self._clock, champion, opened, stops)
        self._start_upkeep(Upkeep(self._settings, engine, self._clock, self._data), starts, stops)
        scp = apart or make_scp(self._settings, engine, self._clock, bundle.reader.model_set, self._watch.counts)
        scp.start()
        stops.callback(scp.stop)
        listeners = build_listeners(self._settings, orders, ReportBook(engine, self._clock), self._clock)
        feeds, counts = Feeds(engine, self._clock), self._watch.counts
        for way in (*ways.build(self._settings, ledger, feeds, self._clock, self._data, counts), *listeners):
            way.start()
            stops.callback(way.stop)
        self._start_retrieving(engine, ledger, stops)
        self._scp, self._view = scp, LedgerView(engine, self._data)
        self._try_to_write = Measurements(engine).try_to_write
        self._watch.look_at(scp, bundle.reader)
        if self.console is not None:
            self.console.start()

    def _open_desk(self, stops: ExitStack) -> None:
        """Take single images to read from the console; they have a reader of their own, behind all studies."""
        if not self._settings.console.enabled:
            return
        from dicom_node.image_desk.desk import Desk

        open_spare = partial(self._spare_reader_factory, self._settings)
        desk = Desk(DeskPlace.of_data(self._data), open_spare, places=self._settings.uploads.waiting)
        desk.start()
        stops.callback(desk.stop)

    def _load_console(self, stops: ExitStack) -> None:
        """Let the process of the console load while the models do; nothing of it is loaded where it is off."""
        if not self._settings.console.enabled or self._prepare_reception is None:
            return
        from dicom_node.console_process.process import ConsoleProcess

        self.console = ConsoleProcess(self._settings, self._prepare_reception)
        stops.callback(self.console.stop)

    def _open_reception(self, model_set: str, stops: ExitStack) -> Reception | None:
        """Let the process that receives load while the models do; None where this one is to receive."""
        if self._prepare_reception is None:
            return None
        reception = Reception(self._settings, model_set, self._prepare_reception, self._watch.cells)
        stops.callback(reception.stop)
        return reception

    def _open_store(self, stops: ExitStack) -> Engine:
        self._data.mkdir(PRIVATE, parents=True, exist_ok=True)
        lock = FolderLock(self._data)
        lock.take()
        stops.callback(lock.free)
        engine = open_engine(database_url(self._data))
        stops.callback(engine.dispose)
        upgrade_ledger(engine, self._data, self._clock.now())
        create_tables(engine)
        return engine

    def _find_facts(self, engine: Engine, orders: OrderBook, stops: ExitStack) -> KnownFacts:
        """Return what finds out what is known of open studies beside their images."""
        book, settings = StepBook(engine, self._clock), self._settings
        taken = Taken(frozenset(map(str, STORAGE_SOP_CLASSES)), book.own_results)
        counts = FoundCounts(settings.query, settings.node.ae_title, taken, self._clock, self._note_query)
        stops.callback(counts.close)
        numbers, look = {each.code: each.views for each in settings.procedure}, LedgerView(engine, self._data)
        views = OrderedViews(numbers, orders, look.first_header, self._clock)
        differs = any(entity.completion for entity in settings.application_entity)
        asks, expects = bool(settings.query), bool(settings.procedure)
        marks = FileMarks(self._data)
        return KnownFacts(book, marks, self._clock, counts, views, asks=asks, expects=expects, differs=differs)

    def _assemble(self, ledger: Ledger, breakers: Breakers, engine: Engine, bundle: BundleReader) -> Parts:
        return Parts(
            settings=self._settings,
            ledger=ledger,
            breakers=breakers,
            reader=bundle.reader,
            combine=combine,
            compose=partial(compose, writer=self._writer_factory(self._settings)),
            destinations=registry.build(self._settings.destination, self._settings.node.ae_title),
            clock=self._clock,
            bundle=bundle.bundle,
            chance=SystemChance(),
            explained_to=choose_recipients,
            explainer=self._explainer_factory(self._settings),
        )

    def _start_pipeline(self, parts: Parts, stops: ExitStack) -> None:
        engine = open_workflow_engine(database_url(self._data))
        stops.callback(engine.dispose)
        workflows = Workflows(parts, engine)
        stops.callback(workflows.stop)
        workflows.start()
        if parts.explainer is not None:  # before the workflows are stopped: nobody waits minutes for an explanation
            stops.callback(parts.explainer.close)
        probing = Probing(parts)
        probing.start()
        stops.callback(probing.stop)
        kept, sweep = retaining.notes_kept(self._settings.retention), self._settings.retention.sweep_seconds
        close = workflows.pace.keep(lambda: closing.close_due_studies(parts))
        loops = (
            Repeating("probing", PROBING_SECONDS, probing.look),
            Repeating("closing", closing.INTERVAL_SECONDS, close, rests=closing.RESTS),
            Repeating("rescue", self._rescue_seconds, workflows.rescue),
            Repeating("forgetting", min(FORGET_SECONDS, sweep), lambda: workflows.forget(self._clock.now() - kept)),
        )
        for loop in loops:
            loop.start()
            stops.callback(loop.stop)

    def _start_upkeep(self, upkeep: Upkeep, starts: WorkflowStarts, stops: ExitStack) -> None:
        watch_certificates(self._settings, self._clock.now())
        for loop in upkeep.loops(starts):
            loop.start()
            stops.callback(loop.stop)

    def _start_retrieving(self, engine: Engine, ledger: Ledger, stops: ExitStack) -> None:
        """Fetch what a person asks for from the archives that the configuration names."""
        settings, book = self._settings, Retrievals(engine, self._clock)
        tally = ways.tally_of(self._watch.counts, WayIn.RETRIEVE)
        door = Door.of_settings(settings, ledger, self._clock, self._data, tier_of=settings.tier_of, tally=tally)
        intake = DoorIntake(door, settings.node.ae_title)
        storable = Storable([*map(str, STORAGE_SOP_CLASSES)], [*map(str, decodable())])
        archives = QueriedArchives(settings.query, settings.node.ae_title, intake, storable, self._note_query)
        for loop in retrieving.list_loops(book, archives, [each.ae_title for each in settings.query]):
            loop.start()
            stops.callback(loop.stop)
        stops.callback(archives.close)


def _in_thread(work: Callable[[], None]) -> Callable[[], None]:
    """Start `work` and return what waits for it and raises what it raised."""
    executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="warming")
    future = executor.submit(work)
    executor.shutdown(wait=False)
    return future.result
