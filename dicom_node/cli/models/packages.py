"""Packages that serving does not install: say which are missing, and where they are."""

from importlib.util import find_spec

from domain.errors import ModelUnavailable


def require_packages(*names: str) -> None:
    """Raise ModelUnavailable, with what to do, where packages of the extra `train` are not installed."""
    missing = [name for name in names if find_spec(name) is None]
    if missing:
        raise ModelUnavailable(
            f"this needs {', '.join(missing)}, which serving does not install: run `make train`, then "
            ".venv-train/bin/osteonode models ..."
        )
