import gc
from collections.abc import Iterator

import pytest

from dicom_node.loading import loading


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_nothing_is_collected_while_it_loads_and_what_was_loaded_is_looked_through_no_more() -> None:
    with loading():
        assert not gc.isenabled()
        loaded = [[number] for number in range(100)]
    assert gc.isenabled()
    assert gc.get_freeze_count() > len(loaded)
    assert not any(each is loaded for each in gc.get_objects())


def test_whoever_fails_to_load_collects_again() -> None:
    with pytest.raises(ImportError), loading():
        raise ImportError
    assert gc.isenabled()


def test_one_that_loads_inside_another_leaves_the_collector_to_it() -> None:
    with loading():
        with loading():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
