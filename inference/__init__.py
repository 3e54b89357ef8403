"""Pixels in, findings out: this package knows no network and no patient."""

import sys

# openvino reports its use to its maker where this package is installed. No lock holds it, but a plain pip install
# would. Here, because this runs before any module of ours imports openvino. None: the import fails, a stub serves.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
