"""The backends by name, each opened when a model first asks for it: serving has OpenVINO alone installed."""

from typing import TYPE_CHECKING

from inference.backends import Backend
from inference.ensemble import BackendOpeners

if TYPE_CHECKING:
    from inference.backends.openvino import PutAside


def open_backends(threads: int, put_aside: "PutAside | None" = None) -> BackendOpeners:
    """Return what opens each backend with this number of inference threads.

    Args:
        put_aside: where weights go that OpenVINO does not look at again; by default they stay in memory.
    """

    def open_openvino() -> Backend:
        from inference.backends.openvino import OpenVinoBackend

        return OpenVinoBackend(threads, put_aside=put_aside)

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
