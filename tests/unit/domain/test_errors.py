"""Errors that cross from one process to another."""

import pickle

from domain.errors import ConfigError


def test_a_configuration_error_is_the_same_in_another_process() -> None:
    error = ConfigError(("tls.key_file is no key", "node.port is taken"), subject="site.toml")
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.problems, again.subject) == (str(error), error.problems, "site.toml")
