"""What pages look at and act through, made of the ledger and of what takes files in."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Engine

from config.settings import Settings
from dicom_node.configuration_ports import CheckedText
from dicom_node.delivery_ports import DeadLetterLine, DiscardedDelivery
from dicom_node.ledger.dead_letter_lines import DeadLetterBook
from dicom_node.ledger.interventions import Interventions
from dicom_node.ledger.ledger import Ledger
from dicom_node.ledger.quarantine import QuarantineBook
from dicom_node.peer_ports import PeerFinding
from dicom_node.pipeline.workflow_starts import WorkflowStarts, lanes
from dicom_node.ports import Clock
from dicom_node.quarantine_ports import DiscardedFile, QuarantinedFile, RetriedFile, UndecodedImage
from dicom_node.receive.quarantine import Quarantine
from domain.errors import ConfigError
from inference.zoo import BUNDLED, load_manifest, model_set


class LedgerQuarantineDesk:
    """Implements QuarantineDesk. What is taken in is read by the models that serve now."""

    def __init__(self, settings: Settings, engine: Engine, clock: Clock) -> None:
        data = settings.node.data.resolve()
        manifest = load_manifest(settings.reading.bundle or BUNDLED, settings.reading.precision)
        starts = WorkflowStarts(engine, lanes(settings), model_set(manifest))
        self._book = QuarantineBook(engine, data)
        self._quarantine = Quarantine.of_settings(settings, Ledger(engine, data, clock, starts), self._book, clock)
        self._interventions = Interventions(engine, clock, starts)

    def files(self, *, limit: int = 100) -> Sequence[QuarantinedFile]:
        """Return what lies there, the newest first."""
        return self._book.files(limit=limit)

    def find(self, number: int) -> QuarantinedFile | None:
        """Return one file, None where there is none of this number."""
        return self._book.find(number)

    def undecoded(self, *, limit: int = 100) -> Sequence[UndecodedImage]:
        """Return the images that the last reading could not decode, the newest first."""
        return self._book.undecoded(limit=limit)

    def discarded(self, *, limit: int = 100) -> Sequence[DiscardedFile]:
        """Return what persons removed with a reason, the latest first."""
        return self._book.discarded(limit=limit)

    def retry(self, number: int) -> RetriedFile:
        """Take a file in again; see the port."""
        retried = self._quarantine.retry(number)
        return RetriedFile(retried.taken_in, retried.outcome.value)

    def retry_image(self, sop_instance_uid: str) -> int:
        """Decode and read an image again; see the port."""
        return self._interventions.retry_image(sop_instance_uid)

    def discard(self, number: int, reason: str, by: str) -> None:
        """Remove a file for good, and keep who did and why; see the port."""
        self._quarantine.discard(number, reason, by)


class LedgerDeadLetterDesk:
    """Implements DeadLetterDesk."""

    def __init__(self, settings: Settings, engine: Engine, clock: Clock) -> None:
        self._book = DeadLetterBook(engine)
        self._interventions = Interventions(engine, clock, WorkflowStarts(engine, lanes(settings)))

    def letters(self, *, limit: int = 100) -> Sequence[DeadLetterLine]:
        """Return what is held because it failed, the longest held first."""
        return self._book.letters(limit=limit)

    def given_up(self, *, limit: int = 100) -> Sequence[DiscardedDelivery]:
        """Return what persons gave up, the latest first."""
        return self._book.given_up(limit=limit)

    def replay(self, study_instance_uid: str | None, destination: str | None) -> int:
        """Send again what failed; see the port."""
        return self._interventions.replay(study_instance_uid, destination)

    def discard(self, study_instance_uid: str, destination: str | None, reason: str, by: str = "") -> int:
        """Give up what failed of a study; see the port."""
        return self._interventions.discard(study_instance_uid, destination, reason, by)


class ConfigurationChecker:
    """Implements ConfigurationCheck. Relative folders of a text count from where the node is."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, text: str) -> CheckedText:
        """Check a text; see the port."""
        from dicom_node.config_check.checking import check_text  # what it asks of is loaded when somebody asks

        try:
            good = check_text(text, subject="the text", folder=self._folder)
        except ConfigError as error:
            return CheckedText(problems=error.problems)
        return CheckedText(toml=good.toml, comments=good.comments, remarks=good.remarks)


class PeerChecker:
    """Implements PeerCheck, as `osteonode doctor` looks."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __call__(self, destination: str) -> tuple[PeerFinding, ...]:
        """Look at a destination now; see the port."""
        from dicom_node.doctor.examination import Scope, examine

        found = examine(self._settings, Scope(only=frozenset({destination})))
        return tuple(
            PeerFinding(check.probe, check.verdict.value, check.meaning, check.change, check.place.value)
            for each in found
            for check in each.checks
        )
