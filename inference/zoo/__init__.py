"""The models: manifest and registry, and the bundle that ships. Imports no runtime: any process may ask for names."""

from inference.zoo.manifest import Manifest, Model
from inference.zoo.registry import BUNDLED, Verification, VerifiedModel, load_manifest, load_model, model_set, verify

__all__ = [
    "BUNDLED",
    "Manifest",
    "Model",
    "Verification",
    "VerifiedModel",
    "load_manifest",
    "load_model",
    "model_set",
    "verify",
]
