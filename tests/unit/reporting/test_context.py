"""A context that cannot be half right."""

from datetime import datetime

import pytest

from reporting.context import ModelIdentity, ModelMember, StudyContext
from tests.fakes.report_sources import COMPOSED_AT, make_context


def test_versions_count_from_one() -> None:
    with pytest.raises(ValueError, match="count from 1"):
        make_context(0)


def test_the_time_has_a_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        StudyContext(1, datetime(2026, 1, 2), make_context().models)


@pytest.mark.parametrize("name", ["modèle", "a\\b", "a\nb"])
def test_names_of_models_survive_every_character_set(name: str) -> None:
    with pytest.raises(ValueError, match="ASCII"):
        ModelIdentity("bundle", "1", "set", (ModelMember(name, "1"),))


def test_a_model_identity_is_complete() -> None:
    with pytest.raises(ValueError, match="model set"):
        ModelIdentity("bundle", "1", "")
    assert COMPOSED_AT.tzinfo is not None
