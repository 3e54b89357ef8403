"""Further AE titles of this node, each with rules of its own."""

from typing import Literal

from pydantic import Field

from config.fields import AETitle, PositiveSeconds, Section
from config.image_classes import NamedImageClass
from domain.tier import Tier


class ApplicationEntity(Section):
    """An AE title of this node with rules of its own: a further one, or that of [node]. All share the one port."""

    ae_title: AETitle = Field(description="AE title that peers call. That of [node] may stand here too, with rules.")
    senders: tuple[AETitle, ...] = Field(
        (), description="Calling AE titles that may call it, each of a [[sender]]; empty admits every [[sender]]."
    )
    sop_classes: tuple[NamedImageClass, ...] = Field(
        (), description="Kinds of image taken under this title; empty takes all that the sender may send."
    )
    tls: Literal["required", "allowed"] = Field("allowed", description="Whether this title is served over TLS only.")
    tier: Tier = Field(
        Tier.FULL, description="Most that is told of studies sent to this title; a lower tier of the sender holds."
    )
    quiet_seconds: PositiveSeconds | None = Field(
        None, description="In place of completion.quiet_seconds for studies sent to this title."
    )
    released_quiet_seconds: PositiveSeconds | None = Field(
        None, description="In place of completion.released_quiet_seconds for studies sent to this title."
    )
    hard_cap_seconds: PositiveSeconds | None = Field(
        None, description="In place of completion.hard_cap_seconds for studies sent to this title."
    )

    shadow_mode: bool = Field(
        False, description="Read and record what is sent to this title, and send no answer to it (docs/shadow-mode.md)."
    )

    @property
    def completion(self) -> dict[str, float]:
        """What this title says in place of [completion], by its keys."""
        said = {key: getattr(self, key) for key in ("quiet_seconds", "released_quiet_seconds", "hard_cap_seconds")}
        return {key: value for key, value in said.items() if value is not None}
