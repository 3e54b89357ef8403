from typing import Any, Final

import pytest

#: Files here share what was trained: in two processes it would be trained twice.
_SHARING: Final = ("tests/models/training/families", "tests/models/training/yolo")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Deal out whole files, and whole folders where their files share much."""
    from xdist.scheduler import LoadFileScheduling

    class LoadFolderScheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file: str = super()._split_scope(nodeid)
            folder = file.rpartition("/")[0]
            return folder if folder in _SHARING else file

    return LoadFolderScheduling(config, log)
