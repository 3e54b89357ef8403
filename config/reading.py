"""How images are read."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from config.fields import PositiveSeconds, Section


class Reading(Section):
    """How images are read."""

    bundle: Path | None = Field(None, description="Folder with manifest.json and weights; empty: the shipped bundle.")
    precision: Literal["f32", "bf16", "int8"] = Field(
        "f32",
        description="Version of the bundle: bf16 and int8 are quicker, need a CPU with bfloat16, and have their own "
        "numbers.",
    )
    processes: int = Field(1, ge=1, le=16, description="Reader processes; a crash in one loses no study.")
    threads: int = Field(
        2,
        ge=1,
        le=64,
        description="Inference threads in each reader process; one takes 85 MiB less than two, and twice as long.",
    )
    image_memory_mib: int = Field(
        4096, ge=512, description="Most that one image may cost a reader process, in MiB; beyond, it is not analysed."
    )
    deadline_seconds: PositiveSeconds = Field(60.0, description="An image not read by then is answered not analysed.")
    member_seconds: PositiveSeconds = Field(
        10.0, description="A model that takes longer is left out; the answer says so."
    )
