"""What profiles and tiers of a configuration mean, in words, as comments that may stand below the settings."""

from collections.abc import Iterator

from config.profiles import PROFILES
from config.settings import ApplicationEntity, Destination, Sender, Settings
from domain.document import OPTIONAL_KINDS, DocumentKind
from domain.tier import Tier

#: What is said at each tier.
_TIERS = {
    Tier.CLASSIFICATION: "whether a fracture is suspected, how sure, which region and side; no type, box or heat map",
    Tier.TYPES: "that, and the type of the fracture; no box, no heat map",
    Tier.FULL: "everything, boxes and heat maps too",
}


def describe_agreements(settings: Settings) -> Iterator[str]:
    """Yield a line for each destination and each sender, and one where there is none."""
    yield "# Where documents go:"
    made = frozenset(DocumentKind) - _not_made(settings)
    for destination in settings.destination:
        yield from _describe_destination(destination, made)
    if not settings.destination:
        yield "#   nowhere: there is no [[destination]]"
    yield "# What is said of the studies of each sender:"
    yield from map(_describe_sender, settings.sender)
    if not settings.sender:
        yield "#   nobody may send: there is no [[sender]]"
    if settings.application_entity:
        yield "# What has rules of its own among the titles of this node:"
        yield from map(_describe_entity, settings.application_entity)


def _not_made(settings: Settings) -> frozenset[DocumentKind]:
    """The kinds that this configuration switches off, whoever would take them."""
    off = {
        DocumentKind.LIME_CAPTURE: not settings.explanations.lime,
        DocumentKind.HEAT_MAP_CAPTURE: not settings.reporting.heat_maps,
    }
    not_asked_for = OPTIONAL_KINDS - frozenset(settings.reporting.optional_documents)
    return not_asked_for | {kind for kind, is_off in off.items() if is_off}


def _describe_destination(destination: Destination, made: frozenset[DocumentKind]) -> Iterator[str]:
    chosen_by = "its `documents`" if destination.documents else f'profile "{destination.profile}"'
    kinds = [kind.value for kind in DocumentKind if kind in destination.sends & made]
    yield f"#   {destination.name} gets, by {chosen_by}: {', '.join(kinds) or 'nothing'}"
    if not destination.documents:
        yield f"#       {PROFILES[destination.profile].reason}"


def _describe_entity(entity: ApplicationEntity) -> str:
    callers = ", ".join(entity.senders) or "every [[sender]]"
    kinds = ", ".join(entity.sop_classes) or "all that they may send"
    return f'#   {entity.ae_title}, for {callers}: {kinds}; TLS {entity.tls}; at most tier "{entity.tier.value}"'


def _describe_sender(sender: Sender) -> str:
    return f'#   {sender.ae_title}, tier "{sender.tier.value}": {_TIERS[sender.tier]}'
