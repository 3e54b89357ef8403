"""Storage commitment that senders ask of us (PS3.4 Annex J): who may, and where our report goes."""

from pydantic import Field, field_validator

from config.destination import Destination, Retry
from config.fields import Port, PositiveSeconds, Section, check_ae_title
from config.tls import DestinationTls


class CommitmentReports(Section):
    """Lets a sender ask this node to commit to images (PS3.4 J), and says where the report goes: it needs a `port`.

    This node keeps images for a while (`[retention]`): a sender should free its disk on the archive's word, not on ours
    alone.
    """

    port: Port = Field(description="TCP port on which the sender takes reports.")
    host: str = Field("", description="Host name or address for reports; empty: the address that it asked from.")
    ae_title: str = Field("", description="AE title to call for reports; empty: the title that it asked by.")
    timeout_seconds: PositiveSeconds = Field(30.0, description="Longest wait for one answer of the sender.")
    tls: DestinationTls | None = Field(None, description="How to call it by TLS.")
    retry: Retry = Field(default_factory=Retry, description="When a report that was not taken is tried again.")

    @field_validator("ae_title")
    @classmethod
    def _is_ae_title(cls, value: str) -> str:
        return check_ae_title(value) if value else value

    def peer(self, calling_ae_title: str, called_ae_title: str, address: str) -> Destination:
        """Return who takes the report on a request, as an association is opened to it.

        Args:
            calling_ae_title: by which the request came; called_ae_title: to which.
            address: from which it came.
        """
        return Destination(
            name="commitment-report",
            kind="dicom",
            ae_title=self.ae_title or calling_ae_title,
            calling_ae_title=called_ae_title,
            host=self.host or address,
            port=self.port,
            timeout_seconds=self.timeout_seconds,
            tls=self.tls,
            retry=self.retry,
        )
