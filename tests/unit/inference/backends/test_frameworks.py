import pytest

from domain.errors import ModelUnavailable
from inference.backends.frameworks import load_framework, require_frameworks


def test_what_is_not_installed_is_named_with_what_to_do() -> None:
    with pytest.raises(ModelUnavailable, match=r"needs no_such_framework.*run `make models`"):
        require_frameworks("json", "no_such_framework")


def test_a_framework_is_loaded_by_the_module_that_is_wanted() -> None:
    assert load_framework("xml.dom").__name__ == "xml.dom"
