"""What a monitoring system may ask of the node: numbers, and whether it works."""

from ipaddress import ip_address

from pydantic import Field, field_validator

from config.fields import Section


class Metrics(Section):
    """Numbers for Prometheus at /metrics, and /health/live and /health/ready, at a listener of their own."""

    enabled: bool = Field(False, description="Serve /metrics, /health/live and /health/ready.")
    bind: str = Field(
        "127.0.0.1", description="Address to listen on; 0.0.0.0 for every interface. Nobody is asked who they are."
    )
    port: int = Field(9464, ge=0, le=65535, description="TCP port of this listener; 0 picks a free one.")

    @field_validator("bind")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        ip_address(value)
        return value
