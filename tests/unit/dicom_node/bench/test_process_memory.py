import os
import subprocess
import sys

from dicom_node.bench.process_memory import find_tree, measure_memory

#: A process that starts another, waits for a line, and ends.
PARENT = (
    "import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE); "
    "print(child.pid, flush=True); input(); child.communicate(b'x')"
)


def test_the_memory_of_a_process_counts_all_that_it_started() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        tree, memory = find_tree(parent.pid), measure_memory(parent.pid)
        parent.communicate("\n")
    assert tree == [parent.pid, child]
    assert memory.processes == 2
    assert memory.rss_mib >= memory.pss_mib > 5


def test_a_process_that_is_gone_has_none() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    assert measure_memory(ended.pid).processes == 0
    assert find_tree(os.getpid())[0] == os.getpid()
