"""Is a destination there? A short check with no patient data in it."""

from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]

from config.settings import Destination
from dicom_node.deliver.association import request
from dicom_node.deliver.encryption import TlsFailed, connect
from dicom_node.durable_file import write_durably
from dicom_node.ports import Probe
from domain.errors import ConfigError


def probe_dicom(settings: Destination, node_ae_title: str) -> Probe:
    """Ask for an association and send a C-ECHO (PS3.4 Annex A)."""
    with request(settings, node_ae_title, [Verification]) as negotiation:
        if negotiation.association is None or not negotiation.established:
            # An archive without Verification says so in an answer: it is there, and knows us.
            return Probe(negotiation.answered, negotiation.explain())
        answer = negotiation.association.send_c_echo()
        if "Status" not in answer:
            return Probe(False, negotiation.explain())
        return Probe(answer.Status == 0, f"{settings.ae_title} answered C-ECHO with 0x{answer.Status:04X}")


def probe_mllp(settings: Destination) -> Probe:
    """Open and close a connection, with TLS where the destination has it: MLLP has no message that asks nothing."""
    at = f"{settings.host}:{settings.port}"
    try:
        connect(settings).close()
    except (ConfigError, TlsFailed) as error:
        return Probe(False, f"{at}: {error.args[0]}")
    except OSError as error:
        what = error.strerror or type(error).__name__
        return Probe(False, f"no TCP connection to {at}: {what}; check that the receiver runs, host, port, firewalls")
    return Probe(True, f"{at} accepts connections")


def probe_folder(settings: Destination) -> Probe:
    """Write a small file and remove it."""
    if settings.folder is None:
        return Probe(False, "no folder is named")
    trial = settings.folder / ".osteonode-probe"
    try:
        write_durably(trial, b"probe\n")
        trial.unlink()
    except OSError as error:
        return Probe(False, f"{settings.folder} cannot be written: {error.strerror or type(error).__name__}")
    return Probe(True, f"{settings.folder} can be written")
