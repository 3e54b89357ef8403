"""The frameworks that serving does not install: loaded when a model asks for one, and kept quiet."""

import atexit
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from domain.errors import ModelUnavailable

#: What a framework must find in the environment before it is loaded: no log of its own start, nobody called, nothing
#: installed or written to a home.
_QUIET = {
    "tensorflow": {"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"},
    "ultralytics": {"YOLO_OFFLINE": "true", "YOLO_AUTOINSTALL": "false", "YOLO_VERBOSE": "false"},
}


def require_frameworks(*packages: str) -> None:
    """Raise ModelUnavailable, with what to do, where packages of the extra `models` are not installed."""
    missing = [name for name in packages if find_spec(name) is None]
    if missing:
        raise ModelUnavailable(
            f"this needs {', '.join(missing)}, which serving does not install: run `make models`, then "
            ".venv-models/bin/osteonode"
        )


def load_framework(module: str, *packages: str) -> ModuleType:
    """Import a module of a framework; raises ModelUnavailable where it, or another of `packages`, is not installed."""
    framework = module.partition(".")[0]
    require_frameworks(framework, *packages)
    for each in (framework, *packages):
        for name, value in _QUIET.get(each, {}).items():
            os.environ.setdefault(name, value)
    if framework == "ultralytics" and "YOLO_CONFIG_DIR" not in os.environ:
        os.environ["YOLO_CONFIG_DIR"] = folder = tempfile.mkdtemp(prefix="osteonode-ultralytics-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    if framework in sys.modules:
        return import_module(module)
    with _silenced():
        loaded = import_module(module)
    if framework == "ultralytics":
        import_module("ultralytics.utils").SETTINGS.update(sync=False)
    return loaded


@contextmanager
def _silenced() -> Iterator[None]:
    """Keep what native code writes to stderr while a framework loads from whoever reads it: none of it is an error."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def load_keras() -> ModuleType:
    """Import Keras over TensorFlow; raises ModelUnavailable where either is not installed."""
    return load_framework("keras", "tensorflow")
