"""Models that a hospital brings, made into members of a bundle. No framework is loaded before a file asks for it."""

from inference.importing.formats import open_source
from inference.importing.images import draw_images, read_images
from inference.importing.importer import Imported, Request, digest_of, import_model

__all__ = ["Imported", "Request", "digest_of", "draw_images", "import_model", "open_source", "read_images"]
