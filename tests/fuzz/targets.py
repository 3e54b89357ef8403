"""Every way in for bytes from outside, by name; run.py has the same names."""

from typing import Final

from tests.fuzz.associations import association_seeds, try_association
from tests.fuzz.data_sets import header_seeds, radiograph_seeds, try_header, try_radiograph
from tests.fuzz.messages import acknowledgement_seeds, try_acknowledgement
from tests.fuzz.multipart import multipart_seeds, try_multipart
from tests.fuzz.orders import order_seeds, try_order
from tests.fuzz.target import Target

TARGETS: Final = {
    "association": Target(association_seeds, try_association),
    "header": Target(header_seeds, try_header),
    "radiograph": Target(radiograph_seeds, try_radiograph),
    "acknowledgement": Target(acknowledgement_seeds, try_acknowledgement),
    "order": Target(order_seeds, try_order),
    "multipart": Target(multipart_seeds, try_multipart),
}
