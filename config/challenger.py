"""A second bundle of models that reads the same images, for a comparison that no answer waits for."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from config.fields import PositiveSeconds, Section


class Challenger(Section):
    """Models that read what the present ones have answered, at the lowest priority; `osteonode compare` compares."""

    bundle: Path | None = Field(None, description="Folder with manifest.json and weights; empty: the shipped bundle.")
    precision: Literal["f32", "bf16", "int8"] = Field("f32", description="Version of that bundle, as in [reading].")
    share: float = Field(
        1.0, gt=0.0, le=1.0, description="Share of the images that it reads; which ones follows from their UIDs."
    )
    threads: int = Field(
        1, ge=1, le=64, description="Inference threads of its one process, the last in line for a CPU."
    )
    image_memory_mib: int = Field(4096, ge=512, description="Most that one image may cost its process, in MiB.")
    deadline_seconds: PositiveSeconds = Field(
        600.0, description="An image that takes longer is noted as failed, and its process replaced."
    )
