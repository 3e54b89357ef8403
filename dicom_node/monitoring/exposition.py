"""The page that Prometheus reads."""

import logging
from collections.abc import Sequence
from threading import Lock

from prometheus_client import CollectorRegistry, disable_created_metrics
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from dicom_node.monitoring.happenings import Happenings
from domain.errors import LedgerError

_log = logging.getLogger(__name__)


class Exposition:
    """Writes every metric; several who ask at the same time get it one after the other.

    Args:
        registry: that `happenings` count in.
        collectors: what is measured when it is asked for.
    """

    def __init__(self, registry: CollectorRegistry, happenings: Happenings, collectors: Sequence[Collector]) -> None:
        self._registry, self._happenings, self._writing = registry, happenings, Lock()
        for each in collectors:
            registry.register(each)

    def write(self, accept: str) -> tuple[bytes, str]:
        """Return the page and its media type, as the header Accept asks for."""
        encode, media_type = choose_encoder(accept)
        with self._writing:
            try:
                self._happenings.update()
            except LedgerError as error:  # the gauges say that the ledger is not readable; what was counted stands
                _log.warning("the ledger could not be followed: %s", error)
            return encode(self._registry), media_type


def make_registry() -> CollectorRegistry:
    """Return a registry whose counters do not say when they were made: the node says when it started."""
    disable_created_metrics()  # type: ignore[no-untyped-call]
    return CollectorRegistry(auto_describe=False)
