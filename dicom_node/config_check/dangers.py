"""What a configuration may say, and what a person who wrote it may not have meant: each a sentence with its keys."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Final

from config.settings import Destination, Settings
from dicom_node.pipeline.failures import backoff_seconds

_LOOPBACK: Final = ("127.", "::1", "localhost", "[::1]")
#: Who is not answered for a night should be tried again in the morning.
_NIGHT_SECONDS: Final = 12 * 3600.0
#: Modalities pause between two images of a study for as long as this.
_SHORTEST_QUIET_SECONDS: Final = 10.0


def find_dangers(settings: Settings) -> tuple[str, ...]:
    """Return a sentence for each setting that is legal, and that loses, repeats or gives away something."""
    checks = (
        _nobody,
        _shadowed,
        _challenged_by_itself,
        _open_senders,
        _plain_listeners,
        _plain_destinations,
        _plain_audit,
        _ourselves,
        _same_peers,
        _impatient,
        _haste,
        _unknowable_port,
    )
    return tuple(sentence for check in checks for sentence in check(settings))


def _is_here(host: str) -> bool:
    return host.startswith(_LOOPBACK)


def _nobody(settings: Settings) -> Iterator[str]:
    if not (settings.sender or settings.folder or settings.http_client or settings.orthanc):
        yield "no [[sender]], [[folder]], [[http_client]] or [[orthanc]]: nobody may send images here"
    if not settings.destination:
        yield "no [[destination]]: studies are read, and nobody gets the answer"


def _shadowed(settings: Settings) -> Iterator[str]:
    if settings.node.shadow_mode:
        yield "node.shadow_mode = true: studies are read and recorded, and nothing is sent to any destination"
        return
    for entity in settings.application_entity:
        if entity.shadow_mode:
            yield (
                f"application_entity {entity.ae_title}: shadow_mode = true: what is sent to this title is read and "
                "recorded, and nothing of it is sent to any destination"
            )


def _challenged_by_itself(settings: Settings) -> Iterator[str]:
    reading, challenger = settings.reading, settings.challenger
    if challenger and (challenger.bundle, challenger.precision) == (reading.bundle, reading.precision):
        yield "challenger: bundle and precision are those of [reading]: there is nothing to compare; name other models"


def _open_senders(settings: Settings) -> Iterator[str]:
    if _is_here(settings.node.bind):
        return
    for sender in settings.sender:
        if sender.is_anyone and not sender.addresses:
            yield "sender *: address is not set: every machine that reaches node.port may send; set it, or ae_title"
        elif not sender.addresses:
            yield (
                f"sender {sender.ae_title}: address is not set: whoever calls itself so may send, from anywhere; set "
                "address to that machine or its network"
            )


def _plain_listeners(settings: Settings) -> Iterator[str]:
    node = settings.node
    if not _is_here(node.bind) and not (settings.sender and all(each.tls == "required" for each in settings.sender)):
        what = "[tls] is not there" if settings.tls is None else 'not every [[sender]] has tls = "required"'
        yield f"node.bind = {node.bind}: {what}: images can be read on their way here; see docs/tls.md"
    for key, table in (("http", settings.http), ("orders", settings.orders)):
        if table is not None and not table.tls and not _is_here(table.bind):
            yield f"{key}.bind = {table.bind}, {key}.tls = false: what comes in can be read on the way; set {key}.tls"
    console = settings.console
    if console.enabled and not console.tls and not console.proxies and not _is_here(console.bind):
        yield (
            f"console.bind = {console.bind}, console.tls = false: passwords and names of patients can be read on the "
            "way; set console.tls, or put a proxy with HTTPS before it (console.proxies)"
        )


def _plain_audit(settings: Settings) -> Iterator[str]:
    audit = settings.audit
    if audit.repository and audit.transport != "tls" and not _is_here(audit.repository):
        yield f"audit.transport = {audit.transport}: messages name patients, and can be read on the way; use tls"


def _plain_destinations(settings: Settings) -> Iterator[str]:
    for each in settings.destination:
        if each.host and each.tls is None and not _is_here(each.host):
            yield f"destination {each.name}: no [destination.tls]: results can be read on their way to {each.host}"
        if each.url.startswith("http://") and not _is_here(each.url.removeprefix("http://")):
            yield f"destination {each.name}: url begins with http: results can be read on the way; use https"


def _ourselves(settings: Settings) -> Iterator[str]:
    own = {settings.title_key(title) for title in (settings.node.ae_title, *_further_titles(settings))}
    for each in settings.destination:
        if each.kind != "dicom":
            continue
        if _is_here(each.host) and each.port == settings.node.port:
            yield f"destination {each.name}: host and port are those of this node: results would come back as images"
        elif settings.title_key(each.ae_title) in own:
            yield (
                f"destination {each.name}: ae_title = {each.ae_title} is also a title of this node: give it the "
                "archive's own title"
            )


def _further_titles(settings: Settings) -> Iterable[str]:
    return (entity.ae_title for entity in settings.application_entity)


def _same_peers(settings: Settings) -> Iterator[str]:
    if settings.route:
        return  # rules may send one thing by the one, and another by the other
    for first, second in combinations(settings.destination, 2):
        if _peer(first) == _peer(second) and first.sends & second.sends:
            yield (
                f"destinations {first.name} and {second.name} are the same peer: it gets every result twice; leave one "
                "out, or let [[route]] choose"
            )


def _peer(destination: Destination) -> tuple[object, ...]:
    keys: Mapping[str, tuple[object, ...]] = {
        "dicom": (destination.host, destination.port, destination.ae_title),
        "hl7": (destination.host, destination.port),
        "folder": (destination.folder,),
    }
    return (destination.kind in ("stow", "orthanc"), *keys.get(destination.kind, (destination.url,)))


def _impatient(settings: Settings) -> Iterator[str]:
    for each in settings.destination:
        if each.breaker.failures:
            if each.retry.max_attempts < each.breaker.failures:
                yield (
                    f"destination {each.name}: retry.max_attempts = {each.retry.max_attempts} is below "
                    f"breaker.failures = {each.breaker.failures}: results are held for a person before the "
                    "destination is left alone"
                )
        elif (patience := _patience_seconds(each)) < _NIGHT_SECONDS:
            yield (
                f"destination {each.name}: breaker.failures = 0, and retry gives up after {patience / 3600:.1f} h at "
                "most: a peer that is down for a night leaves results that a person must send again; raise max_attempts"
            )


def _patience_seconds(destination: Destination) -> float:
    waits = (backoff_seconds(attempts, destination.retry) for attempts in range(1, destination.retry.max_attempts))
    return sum(wait or 0.0 for wait in waits)


def _haste(settings: Settings) -> Iterator[str]:
    comes_from_afar = any(not _is_here(address) for each in settings.sender for address in each.addresses)
    quiet = settings.completion.quiet_seconds
    if comes_from_afar and quiet < _SHORTEST_QUIET_SECONDS:
        yield (
            f"completion.quiet_seconds = {quiet:g}: a modality that pauses longer has its study answered in parts; "
            "60 is usual, and released_quiet_seconds is there for haste"
        )


def _unknowable_port(settings: Settings) -> Iterator[str]:
    if settings.node.port == 0 and not _is_here(settings.node.bind):
        yield "node.port = 0: the port is another one at every start, and no peer can know it; set it"
