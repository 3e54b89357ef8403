"""The node itself, and what it takes on before it says no."""

from pathlib import Path

from pydantic import Field

from config.fields import AETitle, PositiveSeconds, Section


class Node(Section):
    """The node itself: its application entity, its port and its disk."""

    ae_title: AETitle = Field("OSTEONODE", description="AE title of this node; peers must call it by this title.")
    bind: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 for every interface.")
    port: int = Field(11112, ge=0, le=65535, description="TCP port of the DICOM listener; 0 picks a free one.")
    data: Path = Field(Path("./data"), description="Folder for the ledger, received instances and documents.")
    check_called_ae_title: bool = Field(True, description="Refuse associations that call another AE title (1/1/7).")
    ignore_ae_title_case: bool = Field(
        False,
        description="Take AE titles that differ in case for the same one, for peers that break PS3.5 6.2.",
    )
    end_ae_titles_at_nul: bool = Field(
        False,
        description="Take AE titles that are filled up with NUL and end at the first, for peers that break PS3.5 6.2.",
    )
    shadow_mode: bool = Field(
        False,
        description="Read and record everything, and send nothing to any destination (docs/shadow-mode.md).",
    )


class Limits(Section):
    """What the node takes on before it says no."""

    associations: int = Field(25, ge=1, le=1000, description="Associations at the same time.")
    peer_associations: int = Field(
        1000, ge=1, le=1000, description="Associations at the same time of one peer: a calling AE title at an address."
    )
    receiving_processes: int = Field(
        3, ge=1, le=16, description="Processes that receive; each takes 35 MiB, and serves its share of associations."
    )
    pdu_bytes: int = Field(131072, ge=4096, description="Largest PDU we ask peers to send, in bytes.")
    idle_seconds: PositiveSeconds = Field(60.0, description="An association without traffic is aborted after this.")
    artim_seconds: PositiveSeconds = Field(
        10.0,
        description="Longest wait for the request after a connection, and for the peer to close after a refusal "
        "(ARTIM, PS3.8 9.1.5).",
    )
    data_set_mib: int = Field(512, ge=1, description="Largest data set accepted, in MiB.")
    free_disk_mib: int = Field(1024, ge=1, description="Refuse images (0xA700) while less than this is free, in MiB.")
