"""Whom one trace per study is sent to."""

from pydantic import Field

from config.fields import File, PositiveSeconds, Section


class Tracing(Section):
    """One OpenTelemetry trace for each study, by OTLP over HTTP. Needs the extra `tracing`: osteonode[tracing]."""

    enabled: bool = Field(False, description="Send traces. They name a study by a digest, and no patient.")
    endpoint: str = Field(
        "http://127.0.0.1:4318/v1/traces",
        pattern=r"^(https?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[^?#\s]*)?)?$",
        description="Where a collector takes OTLP/HTTP (protobuf), with the path.",
    )
    token_file: File | None = Field(
        None, description="File with a token that is sent as `Authorization: Bearer TOKEN`."
    )
    authorities_file: File | None = Field(
        None, description="PEM: the authorities that may have signed the collector's certificate; not set: the usual."
    )
    timeout_seconds: PositiveSeconds = Field(10.0, description="Longest wait for the collector.")
