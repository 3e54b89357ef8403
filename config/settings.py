"""The settings of a node: frozen pydantic models; the nouns are those of PS3.15 Annex H where it has them.

Every key has a type, a unit in its name, a default and one sentence of help. Unknown keys are errors. Each table of the
file is a module beside this one.
"""

from pydantic import Field, model_validator

from config.alerts import AlertChannel, Alerts
from config.application_entity import ApplicationEntity
from config.audit import Audit
from config.challenger import Challenger
from config.completion import Completion, Procedure, Query
from config.console import Console
from config.console_oidc import ConsoleOidc
from config.destination import Breaker, Destination, Retry
from config.drift import Drift
from config.explanations import Explanations
from config.fields import Section
from config.final_reports import FinalReportCode, FinalReports
from config.folder import Folder
from config.http import Http, HttpClient
from config.metrics import Metrics
from config.node import Limits, Node
from config.orders import Orders
from config.orthanc import Orthanc
from config.reading import Reading
from config.reporting import Reporting
from config.retention import Retention
from config.route import Route
from config.route_faults import find_faults
from config.sender import ANY_AE_TITLE, Sender
from config.tls import DestinationTls, ListenerTls
from config.tracing import Tracing
from config.uploads import Uploads
from domain.document import OPTIONAL_KINDS
from domain.shadow import NODE
from domain.tier import Tier, lowest

__all__ = [
    "ANY_AE_TITLE",
    "AlertChannel",
    "Alerts",
    "ApplicationEntity",
    "Audit",
    "Breaker",
    "Challenger",
    "Completion",
    "Console",
    "ConsoleOidc",
    "Destination",
    "DestinationTls",
    "Drift",
    "Explanations",
    "FinalReportCode",
    "FinalReports",
    "Folder",
    "Http",
    "HttpClient",
    "Limits",
    "ListenerTls",
    "Metrics",
    "Node",
    "Orthanc",
    "Reading",
    "Reporting",
    "Retention",
    "Retry",
    "Route",
    "Section",
    "Sender",
    "Settings",
    "Tracing",
    "Uploads",
]


class Settings(Section):
    """The whole configuration of a node."""

    node: Node = Field(default_factory=Node)
    application_entity: tuple[ApplicationEntity, ...] = Field(())
    sender: tuple[Sender, ...] = Field(())
    folder: tuple[Folder, ...] = Field(())
    http: Http | None = Field(None)
    http_client: tuple[HttpClient, ...] = Field(())
    orthanc: tuple[Orthanc, ...] = Field(())
    destination: tuple[Destination, ...] = Field(())
    route: tuple[Route, ...] = Field(())
    completion: Completion = Field(default_factory=Completion)
    query: tuple[Query, ...] = Field(())
    orders: Orders | None = Field(None)
    procedure: tuple[Procedure, ...] = Field(())
    final_reports: FinalReports | None = Field(None)
    final_report_code: tuple[FinalReportCode, ...] = Field(())
    limits: Limits = Field(default_factory=Limits)
    reading: Reading = Field(default_factory=Reading)
    challenger: Challenger | None = Field(None)
    reporting: Reporting = Field(default_factory=Reporting)
    explanations: Explanations = Field(default_factory=Explanations)
    retention: Retention = Field(default_factory=Retention)
    console: Console = Field(default_factory=Console)
    metrics: Metrics = Field(default_factory=Metrics)
    uploads: Uploads = Field(default_factory=Uploads)
    audit: Audit = Field(default_factory=Audit)
    tracing: Tracing = Field(default_factory=Tracing)
    alerts: Alerts = Field(default_factory=Alerts)
    drift: Drift = Field(default_factory=Drift)
    alert_channel: tuple[AlertChannel, ...] = Field(())
    tls: ListenerTls | None = Field(None)

    @model_validator(mode="after")
    def _one_title_has_one_tier(self) -> "Settings":
        for table, entries in (("sender", self.sender), ("http_client", self.http_client)):
            tiers = {(self.title_key(entry.ae_title), entry.tier) for entry in entries}
            if len(tiers) > len({title for title, _tier in tiers}):
                raise ValueError(f"two {table}s have the same ae_title and different tiers; a title has one tier")
        return self

    @model_validator(mode="after")
    def _listeners_have_ports_of_their_own(self) -> "Settings":
        if self.tls is not None and self.tls.port and self.tls.port == self.node.port:
            raise ValueError(f"tls.port and node.port are both {self.node.port}: each listener needs its own")
        return self

    @model_validator(mode="after")
    def _own_titles_are_unique(self) -> "Settings":
        titles = [self.title_key(entity.ae_title) for entity in self.application_entity]
        if len(titles) != len(set(titles)):
            raise ValueError("two application_entity have the same ae_title")
        return self

    @model_validator(mode="after")
    def _who_may_call_a_title_is_a_sender(self) -> "Settings":
        known = {self.title_key(sender.ae_title) for sender in self.sender}
        named = {title for entity in self.application_entity for title in entity.senders}
        missing = sorted(title for title in named if self.title_key(title) not in known)
        if missing and ANY_AE_TITLE not in known:
            raise ValueError(f"an application_entity names {', '.join(missing)} in senders: add a [[sender]] for each")
        return self

    def title_key(self, ae_title: str) -> str:
        """Return what two AE titles have in common where they are the same one (PS3.5 6.2, VR AE)."""
        title = ae_title.strip(" ")
        return title.upper() if self.node.ignore_ae_title_case else title

    def entity_of(self, called_ae_title: str) -> ApplicationEntity | None:
        """Return the rules of an own AE title, None where it has none beside those of the senders."""
        key = self.title_key(called_ae_title)
        return next((each for each in self.application_entity if self.title_key(each.ae_title) == key), None)

    def completion_of(self, called_ae_title: str) -> Completion:
        """Return when studies that were sent to an own AE title count as complete."""
        entity = self.entity_of(called_ae_title)
        return self.completion.model_copy(update=entity.completion) if entity else self.completion

    @property
    def shadowed(self) -> frozenset[str]:
        """What is in shadow mode: the keys of own AE titles, and NODE for the whole node."""
        titles = {self.title_key(each.ae_title) for each in self.application_entity if each.shadow_mode}
        return frozenset(titles | ({NODE} if self.node.shadow_mode else set()))

    @property
    def shadow_mode(self) -> dict[str, bool]:
        """Whether each own AE title is in shadow mode."""
        titles = (self.node.ae_title, *(each.ae_title for each in self.application_entity))
        return {title: bool({NODE, self.title_key(title)} & self.shadowed) for title in titles}

    @property
    def committing_destinations(self) -> frozenset[str]:
        """The names of the destinations that are asked to commit what they got."""
        return frozenset(destination.name for destination in self.destination if destination.commitment)

    def tier_of(self, calling_ae_title: str, called_ae_title: str = "") -> Tier:
        """Return the tier of what a peer sends: its own, or that of "*", and at most that of the title it calls."""
        tiers = {self.title_key(sender.ae_title): sender.tier for sender in self.sender}
        of_sender = tiers.get(self.title_key(calling_ae_title)) or tiers.get(ANY_AE_TITLE) or Tier.FULL
        entity = self.entity_of(called_ae_title)
        return lowest((of_sender, entity.tier)) if entity else of_sender

    @model_validator(mode="after")
    def _one_sender_has_one_source_and_one_procedure_one_number(self) -> "Settings":
        if len({each.sender for each in self.query}) < len(self.query):
            raise ValueError("two queries are for the same sender")
        if len({each.code for each in self.procedure}) < len(self.procedure):
            raise ValueError("two procedures have the same code")
        return self

    @model_validator(mode="after")
    def _final_reports_have_a_listener(self) -> "Settings":
        if self.final_reports is not None and self.orders is None:
            raise ValueError("[final_reports] come in by the listener of [orders]: add that table")
        if self.final_report_code and self.final_reports is None:
            raise ValueError("[[final_report_code]] is looked for in final reports: add a table [final_reports]")
        return self

    @model_validator(mode="after")
    def _destination_names_are_unique(self) -> "Settings":
        names = [destination.name for destination in self.destination]
        if len(names) != len(set(names)):
            raise ValueError("two destinations have the same name")
        return self

    def _named_tables(self) -> tuple[tuple[str, tuple[Folder | HttpClient | Orthanc | AlertChannel, ...]], ...]:
        ways = ("folder", self.folder), ("http_client", self.http_client), ("orthanc", self.orthanc)
        return (*ways, ("alert_channel", self.alert_channel))

    @model_validator(mode="after")
    def _names_are_unique(self) -> "Settings":
        for table, entries in self._named_tables():
            names = [entry.name for entry in entries]
            if len(names) != len(set(names)):
                raise ValueError(f"two tables [[{table}]] have the same name")
        return self

    @model_validator(mode="after")
    def _https_has_a_certificate(self) -> "Settings":
        for name, table in (("http", self.http), ("orders", self.orders), ("console", self.console)):
            if table is not None and table.tls and self.tls is None:
                raise ValueError(f"{name}.tls = true takes its certificate from [tls]: add that table")
        return self

    @model_validator(mode="after")
    def _what_a_destination_names_is_made(self) -> "Settings":
        named = {kind for destination in self.destination for kind in destination.documents}
        if missing := (named & OPTIONAL_KINDS) - set(self.reporting.optional_documents):
            kinds = ", ".join(sorted(missing))
            raise ValueError(f"a destination names {kinds}: add it to optional_documents of [reporting] as well")
        return self

    @model_validator(mode="after")
    def _routes_can_be_followed(self) -> "Settings":
        takes = {destination.name: destination.sends for destination in self.destination}
        fault = next(find_faults(dict(enumerate(self.route)), takes), None)
        if fault is not None:
            raise ValueError(f"route {fault.route + 1}: {'.'.join(fault.key)}{fault.sentence}")
        return self
