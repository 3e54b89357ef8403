"""The backends by name, each opened when a model first asks for it: serving has OpenVINO alone installed."""

from inference.backends import Backend
from inference.ensemble import BackendOpeners


def open_backends(threads: int) -> BackendOpeners:
    """Return what opens each backend with this number of inference threads."""

    def open_openvino() -> Backend:
        from inference.backends.openvino import OpenVinoBackend

        return OpenVinoBackend(threads)

    def open_keras() -> Backend:
        from inference.backends.keras import KerasBackend

        return KerasBackend(threads)

    def open_ultralytics() -> Backend:
        from inference.backends.ultralytics import UltralyticsBackend

        return UltralyticsBackend(threads)

    def open_lightgbm() -> Backend:
        from inference.backends.lightgbm import LightGbmBackend

        return LightGbmBackend(threads)

    return {
        "openvino": open_openvino,
        "keras": open_keras,
        "ultralytics": open_ultralytics,
        "lightgbm": open_lightgbm,
    }
