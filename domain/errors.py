"""The error tree.

OsteonodeError                 carries: code (stable, in docs/operations.md), subject (UIDs, never names)
  InputError
    MalformedInstance          the data set cannot be understood
    UnsupportedInstance        understood, but nothing here can decode or read it
  ModelError
    WeightsMismatch            a weight file is not the one its manifest names: refuse to start
    ModelUnavailable           a member cannot run now
    DeadlineExceeded           a member or an image took longer than it may
  DocumentError                a document would leave non-conformant: hold it, it is our bug
  DeliveryError
    PeerUnreachable            no connection, or it broke
    PeerBusy                   the peer asked to come again later
    PeerRejected               the peer will not take this, whatever we do
  LedgerError
    LedgerFull                 no room to keep what would be acknowledged
    ImagesPurged               what is asked for needs pixels or documents that retention has removed
  InterventionRefused          what a person asked for cannot be done to this study now
  ConfigError                  every problem of a configuration, in one message

What to *do* about an error is not in its class: see dicom_node/pipeline/failures.py.
"""


class OsteonodeError(Exception):
    """Base of all errors of this product.

    Args:
        message: one sentence for a person, free of patient names, IDs and dates.
        subject: the UID or configuration key the sentence speaks of.
    """

    code = "OSTEONODE"

    def __init__(self, message: str, *, subject: str = "") -> None:
        super().__init__(message)
        self.subject = subject

    def __str__(self) -> str:
        about = f" ({self.subject})" if self.subject else ""
        return f"{self.code}: {super().__str__()}{about}"


class InputError(OsteonodeError):
    """What arrived is at fault."""

    code = "INPUT"


class MalformedInstance(InputError):
    """The data set cannot be understood."""

    code = "MALFORMED-INSTANCE"


class UnsupportedInstance(InputError):
    """The data set is understood, but nothing here can decode or read it."""

    code = "UNSUPPORTED-INSTANCE"


class ModelError(OsteonodeError):
    """A model is at fault."""

    code = "MODEL"


class WeightsMismatch(ModelError):
    """A weight file is not the one that its manifest entry names."""

    code = "WEIGHTS-MISMATCH"


class ModelUnavailable(ModelError):
    """A model or its process cannot run now."""

    code = "MODEL-UNAVAILABLE"


class DeadlineExceeded(ModelError):
    """A reading took longer than it may."""

    code = "DEADLINE-EXCEEDED"


class DocumentError(OsteonodeError):
    """A document would leave non-conformant."""

    code = "DOCUMENT"


class DeliveryError(OsteonodeError):
    """A result could not be handed over."""

    code = "DELIVERY"


class PeerUnreachable(DeliveryError):
    """No connection to the peer, or it broke before the answer."""

    code = "PEER-UNREACHABLE"


class PeerBusy(DeliveryError):
    """The peer answered that it cannot take the object now."""

    code = "PEER-BUSY"


class PeerRejected(DeliveryError):
    """The peer refused the object for good."""

    code = "PEER-REJECTED"


class LedgerError(OsteonodeError):
    """The ledger could not keep something."""

    code = "LEDGER"


class LedgerFull(LedgerError):
    """There is no room to keep what would be acknowledged."""

    code = "LEDGER-FULL"


class ImagesPurged(LedgerError):
    """What is asked for needs pixels or documents that retention has removed."""

    code = "IMAGES-PURGED"


class InterventionRefused(OsteonodeError):
    """What a person asked for cannot be done to this study now; the message names the next step."""

    code = "INTERVENTION-REFUSED"


class ConfigError(OsteonodeError):
    """Every problem of one configuration, one per line."""

    code = "CONFIG"

    def __init__(self, problems: tuple[str, ...], *, subject: str = "") -> None:
        super().__init__("\n".join(problems), subject=subject)
        self.problems = problems

    def __reduce__(self) -> tuple[object, ...]:
        """Say how it is made again in another process: of its problems, not of the message made of them."""
        return type(self), (self.problems,), vars(self)
