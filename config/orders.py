"""Where HL7 orders come in."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from config.addresses import check_network
from config.destination import HL7CharacterSet
from config.fields import PositiveSeconds, Section

#: Where systems put the accession number of an order (IHE RAD-4: OBR-18; with OMI^O23: IPC-1).
AccessionField = Literal["IPC-1", "OBR-18", "OBR-19", "OBR-3", "ORC-3", "OBR-2", "ORC-2"]


class Orders(Section):
    """Orders (ORM^O01, OMI^O23) over MLLP, kept to fill the HL7 report. Without this table nobody listens for them."""

    bind: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 for every interface.")
    port: int = Field(2575, ge=0, le=65535, description="TCP port; 0 picks a free one.")
    addresses: tuple[Annotated[str, AfterValidator(check_network)], ...] = Field(
        ("127.0.0.1", "::1"), description="Addresses and networks (CIDR) that may send orders."
    )
    tls: bool = Field(False, description="Take TLS and nothing else, with the certificates of `[tls]`.")
    connections: int = Field(16, ge=1, le=256, description="Connections at the same time.")
    idle_seconds: PositiveSeconds = Field(3600.0, description="A connection that is silent for this long is closed.")
    message_kib: int = Field(1024, ge=1, le=65536, description="Largest message, in KiB.")
    processing_ids: tuple[Literal["P", "T", "D"], ...] = Field(
        ("P",), description="MSH-11 of messages that are taken: production, training, debugging."
    )
    character_set: HL7CharacterSet = Field("UNICODE UTF-8", description="Characters of messages whose MSH-18 is empty.")
    accession_fields: tuple[AccessionField, ...] = Field(
        ("IPC-1", "OBR-18", "ORC-3", "OBR-3"),
        description="Where the accession number stands; the first of these that has a value counts.",
    )
