"""The pipeline without its engine: work that the ledger started is done when a test says so, in the test's thread."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dicom_node.ledger.breakers import Breakers
from dicom_node.ledger.database import create_tables, database_url, open_engine
from dicom_node.ledger.ledger import Ledger
from dicom_node.ledger.queries import History, LedgerView
from dicom_node.ledger.shadows import ShadowBook
from dicom_node.pipeline import closing, explaining, steps
from dicom_node.pipeline.stages import Parts
from dicom_node.ports import StudyExplainer
from domain.delivery import Delivery, Outcome
from domain.document import Document, DocumentKind
from domain.finding import StudyFindings
from domain.instance import ReceivedInstance
from domain.tier import Tier
from inference.study import combine
from reporting.compose import Composition
from reporting.context import BundleIdentity, StudyContext
from tests.fakes.answered import make_document
from tests.fakes.chance import FakeChance
from tests.fakes.clock import FakeClock
from tests.fakes.destination import FakeDestination
from tests.fakes.hospital import make_settings
from tests.fakes.light_reader import LightReader
from tests.fakes.radiographs import make_radiograph, save_radiograph
from tests.fakes.starts import FakeStarts

KINDS = (DocumentKind.STRUCTURED_REPORT, DocumentKind.HL7_ORU)


#: The least that is a message, with a name that not every character set has.
MESSAGE = (
    "MSH|^~\\&|OSTEONODE|RADIOLOGY|||20260301||ORU^R01^ORU_R01|{}|P|2.5.1||||||UNICODE UTF-8\r"
    "PID|1||P1^^^H^MR||山田\rOBR|1|||43468-8^X-Ray^LN\rOBX|1|ST|1^a^L||x||||||P\r"
)


class FakeComposer:
    """Makes one report and one message, and remembers what it was asked to say.

    `failures` are raised by the first calls, one each.
    """

    def __init__(self) -> None:
        self.failures: list[Exception] = []
        self.asked: list[tuple[StudyContext, StudyFindings, tuple[str, ...]]] = []

    def __call__(self, context: StudyContext, findings: StudyFindings, evidence: object) -> Composition:
        images = tuple(str(each.header.SOPInstanceUID) for each in evidence)  # type: ignore[attr-defined]
        self.asked.append((context, findings, images))
        if self.failures:
            raise self.failures.pop(0)
        return Composition(tuple(self._document(findings, context.version, kind) for kind in KINDS))

    def _document(self, findings: StudyFindings, version: int, kind: DocumentKind) -> Document:
        document = make_document(findings.study_instance_uid.removeprefix("1."), version, kind=kind)
        if kind is DocumentKind.HL7_ORU:
            return replace(document, content=MESSAGE.format(document.identifier).encode(), sop_class_uid="")
        ds = make_radiograph(version, SOPInstanceUID=document.identifier, SeriesInstanceUID=f"1.9.{version}")
        with TemporaryDirectory() as folder:
            return replace(document, content=save_radiograph(ds, Path(folder) / "report.dcm").read_bytes())


class Workbench:
    """A ledger, a light reader, a fake composer, two fake destinations, and hands to do the work."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engine = open_engine(database_url(folder))
        create_tables(self.engine)
        self.clock, self.starts, self.reader, self.composer = FakeClock(), FakeStarts(), LightReader(), FakeComposer()
        self.ledger = Ledger(self.engine, folder, self.clock, self.starts)
        self.pacs, self.ris = FakeDestination("pacs"), FakeDestination("ris")
        self.parts = Parts(
            settings=make_settings(folder, pacs=104, ris=2575, quiet_seconds=10),
            ledger=self.ledger,
            breakers=Breakers(self.engine, self.clock, self.starts),
            reader=self.reader,
            combine=combine,
            compose=self.composer,
            destinations={"pacs": self.pacs, "ris": self.ris},
            clock=self.clock,
            bundle=BundleIdentity("light"),
            chance=FakeChance(1.0),
        )

    def explain_with(self, explainer: StudyExplainer | None, **explanations: Any) -> None:
        """Explain studies from now on, or none any more."""
        tables = {"explanations": {"lime": explainer is not None, **explanations}}
        settings = make_settings(self.folder, pacs=104, ris=2575, quiet_seconds=10, **tables)
        self.parts = replace(
            self.parts, settings=settings, explainer=explainer, explained_to=explaining.choose_recipients
        )

    def explain(self) -> list[str]:
        """Do the explanations that were started; return how each ended."""
        started, self.starts.explanations = self.starts.explanations, []
        return [steps.explain(self.parts, study, version, turn) for study, version, turn, _delay in started]

    def close(self) -> None:
        self.engine.dispose()

    def restart_in_shadow(self, *titles: str) -> int:
        """Start with these in shadow mode (NODE for the node), or nothing; return how many deliveries are held then."""
        book = ShadowBook(self.engine, frozenset(titles), str.strip)
        self.parts = replace(self.parts, shadow=book)
        return book.begin(self.clock.now())

    def arrive(self, study: str, image: str, *, tier: Tier = Tier.FULL, called: str = "OSTEONODE") -> ReceivedInstance:
        """Let one image arrive now, with a file of its own."""
        uid = f"1.{study}.1.{image}"
        path = save_radiograph(
            make_radiograph(int(image), StudyInstanceUID=f"1.{study}", SOPInstanceUID=uid), self.folder / f"{uid}.dcm"
        )
        instance = ReceivedInstance(
            study_instance_uid=f"1.{study}",
            series_instance_uid=f"1.{study}.1",
            sop_instance_uid=uid,
            sop_class_uid="1.2.840.10008.5.1.4.1.1.1",
            transfer_syntax_uid="1.2.840.10008.1.2.1",
            path=path,
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            size_bytes=path.stat().st_size,
            calling_ae_title="MODALITY",
            called_ae_title=called,
            received_at=self.clock.now(),
            tier=tier,
        )
        self.ledger.record_instance(instance)
        return instance

    def expect(self, *, pacs: Iterable[Outcome]) -> None:
        """Let the archive's first attempts end like this."""
        self.connect(FakeDestination("pacs", pacs))

    def connect(self, pacs: FakeDestination) -> None:
        """Put another archive in the place of the present one."""
        self.pacs = pacs
        self.parts = replace(self.parts, destinations={"pacs": self.pacs, "ris": self.ris})

    def use(self, ledger: Ledger) -> None:
        """Put another ledger in the place of the present one."""
        self.ledger = ledger
        self.parts = replace(self.parts, ledger=ledger)

    def read(self) -> list[str]:
        """Start the readings of what arrived and do them; return how each ended."""
        self.ledger.start_readings(99)
        started, self.starts.readings = self.starts.readings, []
        return [steps.read(self.parts, image) for image in started]

    def complete(self) -> list[str]:
        """Let the quiet time pass, and answer what is then complete; return how each answer ended."""
        self.clock.advance(10)
        closing.close_due_studies(self.parts)
        return self.answer()

    def answer(self) -> list[str]:
        """Do the answers that were started."""
        started, self.starts.answers = self.starts.answers, []
        return [steps.answer(self.parts, study, version, turn) for study, version, turn, _delay in started]

    def deliver(self) -> list[float]:
        """Make the attempts that were started; return the delays they were started with."""
        started, self.starts.deliveries = self.starts.deliveries, []
        for planned, _delay in started:
            self.attempt(planned)
        return [delay for _planned, delay in started]

    def attempt(self, planned: Delivery) -> str:
        """Make one attempt."""
        key = (planned.study_instance_uid, planned.version, planned.destination, planned.turn)
        return steps.deliver(self.parts, *key)

    def history(self, study: str) -> History:
        """Return everything that happened to a study."""
        history = LedgerView(self.engine, self.folder).history(f"1.{study}")
        assert history is not None
        return history
