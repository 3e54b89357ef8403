from typing import Any

import pytest
from pydantic import ValidationError

from config.alerts import AlertChannel

MAIL = {"name": "it", "kind": "email", "host": "mail.example", "sender": "a@b.example", "recipients": ["c@d.example"]}
HOOK = {"name": "pager", "kind": "webhook", "url": "https://pager.example/x"}


@pytest.mark.parametrize(
    "values", [MAIL, HOOK, HOOK | {"url": "http://127.0.0.1:8000/x"}, HOOK | {"url": "http://[::1]/"}]
)
def test_what_a_kind_needs_is_enough(values: dict[str, Any]) -> None:
    assert AlertChannel.model_validate(values).name == values["name"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name": "it", "kind": "email"}, "needs host, sender, recipients"),
        ({"name": "it", "kind": "webhook"}, "needs url"),
        (MAIL | {"user": "node"}, "no password_file"),
        (MAIL | {"user": "node", "password_file": "x", "security": "none"}, "goes over TLS alone"),
        (HOOK | {"url": "http://pager.example/x"}, "use https"),
        (HOOK | {"url": "http://127.0.0.1.example/x"}, "use https"),
        (HOOK | {"url": "http://localhost@pager.example/x"}, "pattern"),
        (MAIL | {"recipients": ["a@b.example\nBcc: c@d.example"]}, "pattern"),
        (MAIL | {"causes": ["weather"]}, "causes"),
    ],
)
def test_what_cannot_work_or_tells_secrets_is_refused(values: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        AlertChannel.model_validate(values)
