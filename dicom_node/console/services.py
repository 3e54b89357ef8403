"""What pages work with; the console's process puts it together."""

from dataclasses import dataclass

from config.settings import Settings
from dicom_node.console.access.access import Access
from dicom_node.ports import Clock


@dataclass(frozen=True, slots=True)
class Services:
    """Ports that pages ask and act through. A page that needs another one adds a field here.

    Attributes:
        access: who may use the console; `access.trail` is the audit trail.
    """

    settings: Settings
    clock: Clock
    access: Access
