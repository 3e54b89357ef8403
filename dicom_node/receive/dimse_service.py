"""What may be served on the port of the listener beside C-STORE and C-ECHO."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from pynetdicom.events import Event
from pynetdicom.presentation import PresentationContext


class DimseService(Protocol):
    """A DIMSE service (PS3.7): its presentation contexts, and what answers its requests."""

    @property
    def contexts(self) -> Sequence[PresentationContext]:
        """Its presentation contexts."""
        ...

    @property
    def handlers(self) -> Sequence[tuple[Any, Callable[[Event], Any]]]:
        """Events of pynetdicom and what answers them."""
        ...
