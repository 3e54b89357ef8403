"""Who may open an association: a pure decision, from the request and the settings to a refusal or None.

Each refusal says in words what the peer did and which key of the configuration would admit it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from config.settings import Settings
from dicom_node.receive.peers import AssociationRequest, is_provider, senders_from, senders_named


class Rejection(Enum):
    """Result, source and reason of an A-ASSOCIATE-RJ (PS3.8 Table 9-21)."""

    NO_REASON_GIVEN = (1, 1, 1)
    CALLING_AE_TITLE_NOT_RECOGNIZED = (1, 1, 3)
    CALLED_AE_TITLE_NOT_RECOGNIZED = (1, 1, 7)
    TEMPORARY_CONGESTION = (2, 3, 1)
    LOCAL_LIMIT_EXCEEDED = (2, 3, 2)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an association is refused: what goes on the wire, and what a person should read and change."""

    rejection: Rejection
    explanation: str


def refuse(request: AssociationRequest, settings: Settings) -> Refusal | None:
    """Return why the association is refused, or None when it is admitted."""
    return next((refusal for check in _CHECKS if (refusal := check(request, settings))), None)


def _check_stopping(request: AssociationRequest, settings: Settings) -> Refusal | None:
    if not request.stopping:
        return None
    return Refusal(Rejection.TEMPORARY_CONGESTION, f"{request.caller} asked while this node is shutting down")


def _check_called(request: AssociationRequest, settings: Settings) -> Refusal | None:
    called = request.called_ae_title.strip(" ")
    if not called:
        explanation = f"{request.caller} called a title of blanks only (PS3.5 6.2): enter a called AE title there"
        return Refusal(Rejection.CALLED_AE_TITLE_NOT_RECOGNIZED, explanation)
    own = [settings.node.ae_title, *(entity.ae_title for entity in settings.application_entity)]
    keys = [settings.title_key(title) for title in own]
    if settings.title_key(called) in keys or not settings.node.check_called_ae_title:
        return None
    by_case = called.upper() in (key.upper() for key in keys)
    advice = "set node.ignore_ae_title_case = true" if by_case else "add an [[application_entity]] of that ae_title"
    explanation = (
        f"{request.caller} called {called!r}, but this node is {_titles(own)}: correct the called AE title at the "
        f"sender, change node.ae_title, {advice}, or set node.check_called_ae_title = false to answer to any title"
    )
    return Refusal(Rejection.CALLED_AE_TITLE_NOT_RECOGNIZED, explanation)


def _check_calling(request: AssociationRequest, settings: Settings) -> Refusal | None:
    if is_provider(request, settings):
        return None  # it reports on storage commitment; whether it may send images as well, its contexts say
    if not request.calling_ae_title.strip(" "):
        why = "its calling AE title is blanks only (PS3.5 6.2): enter one at the sender"
    elif not (named := senders_named(request, settings)):
        why = _unknown_title(request, settings)
    elif senders_from(named, request.address):
        return None
    else:
        networks = ", ".join(network for sender in named for network in sender.addresses)
        why = f"a sender of that title is accepted from {networks} only: correct sender.address"
    return Refusal(Rejection.CALLING_AE_TITLE_NOT_RECOGNIZED, f"{request.caller} may not send here; {why}")


def _unknown_title(request: AssociationRequest, settings: Settings) -> str:
    known = [sender.ae_title.strip() for sender in settings.sender]
    same_but_case = request.calling_ae_title.strip(" ").upper() in (title.upper() for title in known)
    or_else = ", or set node.ignore_ae_title_case = true" if same_but_case else ""
    return f"the configuration accepts {_titles(known) or 'nobody'}: add a [[sender]] with this ae_title{or_else}"


def _check_may_call(request: AssociationRequest, settings: Settings) -> Refusal | None:
    entity = settings.entity_of(request.called_ae_title)
    key = settings.title_key(request.calling_ae_title)
    if (
        is_provider(request, settings)
        or entity is None
        or not entity.senders
        or key in map(settings.title_key, entity.senders)
    ):
        return None
    explanation = (
        f"{request.caller} may send here, but not to {entity.ae_title!r}, which {_titles(entity.senders)} may call: "
        "add it to senders of that [[application_entity]], or call another title"
    )
    return Refusal(Rejection.CALLING_AE_TITLE_NOT_RECOGNIZED, explanation)


def _check_encryption(request: AssociationRequest, settings: Settings) -> Refusal | None:
    if request.encrypted:
        return None
    fitting = senders_from(senders_named(request, settings), request.address)
    entity = settings.entity_of(request.called_ae_title)
    keys = {
        'sender.tls = "allowed"': bool(fitting) and all(sender.tls == "required" for sender in fitting),
        'application_entity.tls = "allowed"': entity is not None and entity.tls == "required",
    }
    wanted = [key for key, is_missing in keys.items() if is_missing]
    if not wanted:
        return None
    explanation = (
        f"{request.caller} called in plain text, and must use TLS: switch TLS on at the sender, or set "
        f"{' and '.join(wanted)}"
    )
    return Refusal(Rejection.NO_REASON_GIVEN, explanation)


def _check_limit(request: AssociationRequest, settings: Settings) -> Refusal | None:
    limit = settings.limits.associations
    if request.open_associations < limit:
        return None
    explanation = f"{request.caller} asked while {limit} associations are open: that is limits.associations"
    return Refusal(Rejection.LOCAL_LIMIT_EXCEEDED, explanation)


def _check_limit_of_peer(request: AssociationRequest, settings: Settings) -> Refusal | None:
    limit = settings.limits.peer_associations
    if request.open_of_peer < limit:
        return None
    explanation = f"{request.caller} asked while it has {limit} associations open: that is limits.peer_associations"
    return Refusal(Rejection.LOCAL_LIMIT_EXCEEDED, explanation)


def _titles(titles: Iterable[str]) -> str:
    return ", ".join(repr(title) for title in dict.fromkeys(titles))


#: In this order; the first that finds a fault answers.
_CHECKS = (
    _check_stopping,
    _check_called,
    _check_calling,
    _check_may_call,
    _check_encryption,
    _check_limit,
    _check_limit_of_peer,
)
