"""When a study counts as complete."""

from pydantic import Field

from config.fields import AETitle, Port, PositiveSeconds, Section
from config.tls import DestinationTls
from domain.retrieval import RetrievalMethod


class Completion(Section):
    """When a study counts as complete: DICOM has no signal for it (docs/completion.md)."""

    quiet_seconds: PositiveSeconds = Field(60.0, description="Complete when no image has come for this long.")
    released_quiet_seconds: PositiveSeconds | None = Field(
        None,
        description="Complete when no image has come for this long and the last association that brought its "
        "images was released; not set: `quiet_seconds` holds for them too.",
    )
    hard_cap_seconds: PositiveSeconds = Field(600.0, description="Complete this long after the first image at latest.")


class Query(Section):
    """An archive that can be asked: how many images a study has, when the quiet time is over, and for studies."""

    sender: AETitle = Field(description="AE title of the sender whose studies are asked for.")
    ae_title: AETitle = Field(description="AE title of the archive that is asked; often that of the sender.")
    host: str = Field(description="Its host name or address.")
    port: Port = Field(description="Its TCP port.")
    calling_ae_title: AETitle | None = Field(None, description="Our AE title towards it; not set: that of the node.")
    tls: DestinationTls | None = Field(None, description="How to call it by TLS.")
    retrieve: RetrievalMethod = Field(
        RetrievalMethod.MOVE,
        description="How `osteonode fetch` gets studies: move (C-MOVE to node.ae_title: the archive must know its "
        "address, and be a sender here) or get (C-GET).",
    )
    timeout_seconds: PositiveSeconds = Field(10.0, description="Longest wait for an association and for each answer.")
    retry_seconds: PositiveSeconds = Field(
        5.0, description="Where images are still missing it is asked again after this; the wait doubles each time."
    )


class Procedure(Section):
    """How many views a procedure has; an order (`[orders]`) says of which procedure a study is."""

    code: str = Field(min_length=1, description="Procedure code, as OBR-4.1 of the orders has it.")
    views: int = Field(ge=1, le=100, description="Number of images that belong to it.")
