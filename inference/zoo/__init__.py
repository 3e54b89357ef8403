"""The models: manifest and registry, and the bundle that ships. Imports no runtime: any process may ask for names."""

from inference.zoo.manifest import Manifest, Model, Precision
from inference.zoo.registry import (
    BUNDLED,
    MANIFESTS,
    Verification,
    VerifiedModel,
    load_manifest,
    load_model,
    model_set,
    verify,
)

__all__ = [
    "BUNDLED",
    "MANIFESTS",
    "Manifest",
    "Model",
    "Precision",
    "Verification",
    "VerifiedModel",
    "load_manifest",
    "load_model",
    "model_set",
    "verify",
]
