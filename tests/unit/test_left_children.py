import subprocess
import sys

from tests.left_children import find_children, wait_for_end


def test_a_process_that_runs_is_found_and_one_that_has_ended_is_not() -> None:
    before = find_children()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        found = find_children()
        assert set(found) - set(before) == {child.pid}
        assert "input()" in found[child.pid]
        assert wait_for_end(found) == {}
    assert set(find_children()) <= set(before)
