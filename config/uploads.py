"""Single images that a person or a program has read, and that belong to no study."""

from pydantic import Field

from config.fields import PositiveSeconds, Section


class Uploads(Section):
    """Single images that a person or a program has read, and that belong to no study; part of the console."""

    image_mib: int = Field(128, ge=1, le=512, description="Largest file taken, in MiB.")
    deadline_seconds: PositiveSeconds = Field(
        120.0, description="An image not read by then, waiting included, is answered 504."
    )
    waiting: int = Field(8, ge=1, le=100, description="Images that may wait to be read; more are answered 503.")
    keep_days: int = Field(7, ge=1, le=365, description="The pixels and findings of an upload are removed after this.")
    most_kept: int = Field(50, ge=1, le=1000, description="Uploads kept for each user; the oldest go first.")
    calls_per_minute: int = Field(
        600, ge=1, le=100_000, description="Calls of the HTTP API that one token may make in a minute; more get 429."
    )
