"""Files that lie beside a bundle's manifest; a bundle that somebody brought need not have them."""

from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from domain.errors import ModelError
from inference.zoo.manifest import Entry

Kept = TypeVar("Kept", bound=Entry)


def read_beside(kind: type[Kept], bundle: Path, name: str) -> Kept | None:
    """Read a file of a bundle's folder, None where nothing lies there.

    Raises:
        ModelError: it does not say what it must.
    """
    try:
        return kind.model_validate_json((bundle / name).read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise ModelError(f"{name} cannot be used", subject=str(bundle)) from error
