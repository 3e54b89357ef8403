"""When a study counts as complete."""

from pydantic import Field

from config.fields import PositiveSeconds, Section


class Completion(Section):
    """When a study counts as complete: DICOM has no signal for it."""

    quiet_seconds: PositiveSeconds = Field(60.0, description="Complete when no image has come for this long.")
    hard_cap_seconds: PositiveSeconds = Field(600.0, description="Complete this long after the first image at latest.")
