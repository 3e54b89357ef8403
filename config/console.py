"""What the node says of itself."""

from typing import Literal

from pydantic import Field

from config.fields import Section


class Console(Section):
    """What the node says of itself."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least severe event logged.")
    log_format: Literal["text", "json"] = Field("text", description="Lines for people or for a log collector.")
