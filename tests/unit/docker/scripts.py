"""Scripts that live in an image and not in a package, as modules."""

import importlib.util
from pathlib import Path
from types import ModuleType

PROJECT = Path(__file__).parents[3]


def load_script(path: str) -> ModuleType:
    """Load a Python file of the project by its path, without running its main()."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, PROJECT / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
