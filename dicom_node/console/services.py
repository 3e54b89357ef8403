"""What pages work with; the console's process puts it together."""

from dataclasses import dataclass

from config.settings import Settings
from dicom_node.ports import Clock


@dataclass(frozen=True, slots=True)
class Services:
    """Ports that pages ask and act through. A page that needs another one adds a field here."""

    settings: Settings
    clock: Clock
