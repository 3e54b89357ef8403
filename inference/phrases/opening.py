"""The phrase model that a configuration names; light to import, for those who have none."""

from pathlib import Path
from typing import TYPE_CHECKING

from config.settings import Reporting

if TYPE_CHECKING:
    from inference.phrases.writer import LstmWriter

#: The model that comes with the product.
SHIPPED = Path(__file__).parent / "shipped"


def open_writer(reporting: Reporting) -> "LstmWriter | None":
    """Return the writer that a site asks for, None where it asks for none.

    Raises:
        ModelError: the folder holds no phrase model, or one that cannot run here.
        WeightsMismatch: a file of it is not the one that its manifest names.
    """
    folder = find_folder(reporting)
    if folder is None:
        return None
    from inference.phrases.writer import LstmWriter  # loads the runtime, which a node without a model does not need

    return LstmWriter.of_folder(folder, reporting.phrase_seconds)


def find_folder(reporting: Reporting) -> Path | None:
    """Return the folder of the phrase model that a site asks for."""
    named = reporting.phrase_model
    return SHIPPED if named == "shipped" else None if named is None else Path(named)
