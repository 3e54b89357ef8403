"""The port through which the pipeline asks what is in shadow mode."""

from typing import Final, Protocol

from domain.shadow import Shadow


class ShadowLookup(Protocol):
    """Says which answers are made in shadow mode."""

    def of_version(self, study_instance_uid: str, version: int) -> Shadow | None:
        """Return why the answer of a version is sent to nobody; None where it is sent.

        It is not where the node, or a title that an image of the study was sent to, is in shadow mode now; nor where it
        was when an image that is new in this version came, or when the version was closed.
        """
        ...

    def of_study(self, study_instance_uid: str) -> Shadow | None:
        """Return why nothing that belongs to a study may be sent now, whenever it was made; None where it may."""
        ...


class NoShadow:
    """Implements ShadowLookup for a node without shadow mode."""

    def of_version(self, _study_instance_uid: str, _version: int) -> None:
        """Say that it is sent."""

    def of_study(self, _study_instance_uid: str) -> None:
        """Say that it may be sent."""


NO_SHADOW: Final = NoShadow()
