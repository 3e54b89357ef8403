"""DICOMweb: where images may be posted to, and by whom."""

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from config.fields import AETitle, File, Networks, PositiveSeconds, Section, list_networks
from config.image_classes import NamedImageClass
from domain.tier import Tier


class Http(Section):
    """STOW-RS (PS3.18 10.5): images may be posted to /studies. Without this table there is no HTTP listener."""

    bind: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 for every interface.")
    port: int = Field(8080, ge=0, le=65535, description="TCP port of the HTTP listener; 0 picks a free one.")
    tls: bool = Field(False, description="Speak HTTPS, with certificate and authorities of [tls].")
    requests: int = Field(16, ge=1, le=200, description="Uploads at the same time; more are told to come again (503).")
    idle_seconds: PositiveSeconds = Field(30.0, description="An upload that stands still for this long is given up.")


class HttpClient(Section):
    """Somebody who may post images. What is given must all be so; unknown clients are refused (401, 403)."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,31}$", description="Short name; stands in logs and on the screen.")
    address: Networks = Field(
        "", description="Address or network (CIDR) it must come from, or a list of them; empty accepts any address."
    )
    token_file: File | None = Field(
        None, description="File with the token that it must send as `Authorization: Bearer TOKEN`."
    )
    certificate: str = Field(
        "",
        description='Subject of the certificate that it must show, such as "CN=gateway,O=Hospital" (needs http.tls).',
    )
    ae_title: AETitle = Field("HTTP", description="Calling AE title that is kept with images from it.")
    sop_classes: tuple[NamedImageClass, ...] = Field(
        (), description="Kinds of image taken from it, by short name or keyword; empty takes every kind."
    )
    tier: Tier = Field(Tier.FULL, description="How much its studies are told, as for a [[sender]].")

    @property
    def addresses(self) -> tuple[str, ...]:
        """Addresses and networks it may come from; empty for any."""
        return list_networks(self.address)

    @model_validator(mode="after")
    def _is_known_by_something(self) -> "HttpClient":
        if not (self.addresses or self.token_file or self.certificate):
            raise PydanticCustomError(
                "rule", "nothing says how it is known: give address, token_file or certificate, or several of them"
            )
        return self
