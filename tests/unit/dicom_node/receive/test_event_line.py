import logging

import pytest

from dicom_node.receive.event_line import emit


def test_what_a_peer_calls_itself_cannot_write_lines_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    emit(logging.WARNING, "receive.refused", "refused", calling_ae_title="MOD\n2026 all is well \udcff")
    (line,) = caplog.text.splitlines()
    assert line.endswith(r"[calling_ae_title=MOD\n2026 all is well \udcff]")


def test_a_backslash_of_a_peer_is_told_from_one_of_ours(caplog: pytest.LogCaptureFixture) -> None:
    emit(logging.WARNING, "receive.refused", "refused", calling_ae_title=r"MOD\n", address="10.0.0.1")
    assert caplog.text.rstrip().endswith(r"[calling_ae_title=MOD\\n address=10.0.0.1]")
