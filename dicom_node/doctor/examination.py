"""From a configuration to everything that can be looked at: the one way in to this package."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from config.settings import Destination, Settings
from dicom_node.doctor import (
    archive_services,
    clocks,
    console_users,
    data_folder,
    folders,
    listeners,
    machine,
    past_deliveries,
    receivers,
    services,
    shadow_mode,
    web,
)
from dicom_node.doctor.associations import examine_archive
from dicom_node.doctor.rounds import Look, look_all_round
from dicom_node.doctor.running_node import find_node
from dicom_node.doctor.verdicts import Check, Examined
from dicom_node.doctor.wanted_contexts import wanted_of

#: Long enough for a peer on the same continent that is busy, short enough for a person who waits.
DEFAULT_DEADLINE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Scope:
    """How far an examination goes.

    Attributes:
        deadline_seconds: longest wait for one step at one peer.
        send_test: send HL7 receivers a message that says nothing of a patient.
        only: names of destinations and of other subjects; empty for all.
    """

    deadline_seconds: float = DEFAULT_DEADLINE_SECONDS
    send_test: bool = False
    only: frozenset[str] = frozenset()


def examine(settings: Settings, scope: Scope) -> tuple[Examined, ...]:
    """Look at every peer and at this machine, all at the same time; never raises for what a peer does."""
    looks = [look for look in list_looks(settings, scope) if not scope.only or look.subject.split()[-1] in scope.only]
    return look_all_round(looks, scope.deadline_seconds)


def list_looks(settings: Settings, scope: Scope) -> Iterator[Look]:
    """Yield what can be looked at: this machine first."""
    process = find_node(settings.node.data.resolve())
    yield Look("this machine", partial(_examine_machine, settings, process))
    yield Look("own ports", partial(_examine_own, settings, process))
    for destination in settings.destination:
        peer = _hurried(destination, scope)
        yield Look(f"destination {peer.name}", partial(_examine_destination, peer, settings, scope))
        if peer.commitment:
            commitment = partial(archive_services.examine_commitment, peer, settings.node.ae_title)
            yield Look(f"commitment {peer.name}", commitment)
    yield from _list_sources(settings, scope)
    yield from _list_services(settings, scope)


def _list_sources(settings: Settings, scope: Scope) -> Iterator[Look]:
    for query in settings.query:
        seconds = min(query.timeout_seconds, scope.deadline_seconds)
        source = partial(archive_services.examine_source, query, settings.node.ae_title, seconds)
        yield Look(f"query {query.ae_title}", source)
    for sender in settings.sender:
        if sender.commitment is not None and sender.commitment.host:
            called = sender.commitment.peer(sender.ae_title, settings.node.ae_title, sender.commitment.host)
            report = partial(archive_services.examine_report_taker, _hurried(called, scope), settings.node.ae_title)
            yield Look(f"report {sender.ae_title}", report)
    for orthanc in settings.orthanc:
        peer = web.as_peer(orthanc, min(orthanc.timeout_seconds, scope.deadline_seconds))
        yield Look(f"orthanc {orthanc.name}", partial(web.examine_orthanc, peer))
    for folder in settings.folder:
        yield Look(f"folder {folder.name}", partial(folders.examine_watched, folder))


def _list_services(settings: Settings, scope: Scope) -> Iterator[Look]:
    if settings.audit.repository:
        seconds = min(settings.audit.timeout_seconds, scope.deadline_seconds)
        yield Look("audit repository", partial(services.examine_repository, settings.audit, seconds))
    for channel in settings.alert_channel:
        hurried = channel.model_copy(update={"timeout_seconds": min(channel.timeout_seconds, scope.deadline_seconds)})
        yield Look(f"alerts {channel.name}", partial(services.examine_channel, hurried, settings.node.ae_title))
    if settings.console.enabled and settings.console.oidc is not None:
        provider = partial(services.examine_provider, settings.console.oidc, scope.deadline_seconds)
        yield Look("console identities", provider)


def _examine_own(settings: Settings, process: int | None) -> Iterator[Check]:
    yield from listeners.examine_ports(settings, process)
    yield from console_users.examine_users(settings)


def _examine_destination(peer: Destination, settings: Settings, scope: Scope) -> Iterator[Check]:
    yield from past_deliveries.examine_deliveries(settings, peer.name)
    yield from _KINDS[peer.kind](peer, settings, scope)


def _hurried(destination: Destination, scope: Scope) -> Destination:
    seconds = min(destination.timeout_seconds, scope.deadline_seconds)
    return destination.model_copy(update={"timeout_seconds": seconds})


def _examine_machine(settings: Settings, process: int | None) -> Iterator[Check]:
    yield from data_folder.examine_folder(settings)
    yield from machine.examine_ledger(settings, process)
    yield from machine.examine_memory(settings, process)
    yield from clocks.examine_clock()
    yield from machine.examine_models(settings)
    yield from shadow_mode.examine_shadow(settings)
    yield from machine.examine_certificates(settings)


Examine = Callable[[Destination, Settings, Scope], Iterable[Check]]
_KINDS: dict[str, Examine] = {
    "dicom": lambda peer, settings, _scope: examine_archive(peer, settings.node.ae_title, wanted_of(peer, settings)),
    "hl7": lambda peer, settings, scope: receivers.examine_receiver(
        peer, settings.node.ae_title, send_test=scope.send_test
    ),
    "folder": lambda peer, _settings, _scope: folders.examine_target(peer),
    "stow": lambda peer, _settings, _scope: web.examine_stow(peer),
    "orthanc": lambda peer, _settings, _scope: web.examine_orthanc(peer),
}
