import pytest

from config.settings import Console
from dicom_node.console.hosts import KnownHosts, host_name, is_loopback

KNOWN = KnownHosts.of(Console(public_url="https://Console.hospital:8443", host_names=("radiology",)))


@pytest.mark.parametrize(
    "host",
    [
        "localhost:8090",
        "127.0.0.1",
        "10.1.2.3:8090",
        "[::1]:8090",
        "console.hospital:8443",
        "CONSOLE.hospital",
        "radiology",
    ],
)
def test_addresses_and_the_names_of_the_configuration_are_known(host: str) -> None:
    assert KNOWN.knows(host)


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "localhost.evil.example", "[::1", "a b"],
)
def test_no_other_name_is(host: str) -> None:
    assert not KNOWN.knows(host)


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"])
def test_loopback_is_this_machine(name: str) -> None:
    assert is_loopback(name)


@pytest.mark.parametrize("name", ["", "0.0.0.0", "::", "10.0.0.1", "::ffff:10.0.0.1", "localhost.example", "console"])
def test_nothing_else_is(name: str) -> None:
    assert not is_loopback(name)


def test_a_name_is_read_without_its_port_and_in_lower_case() -> None:
    assert [host_name(host) for host in ("Node:80", "[::1]:80", "[bad")] == ["node", "::1", ""]
