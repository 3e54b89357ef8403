"""The pages, in the order of the navigation. A page is a module here with a `PAGE`; it is listed once, below."""

from typing import Final

from dicom_node.console.page import Page
from dicom_node.console.pages import (
    about,
    account,
    api,
    audit,
    configuration,
    dead_letters,
    login,
    models,
    oidc,
    peers,
    preferences,
    quarantine,
    studies,
    study,
    today,
    uploads,
    users,
)

PAGES: Final[tuple[Page, ...]] = (
    today.PAGE,
    studies.PAGE,
    study.PAGE,
    quarantine.PAGE,
    dead_letters.PAGE,
    peers.PAGE,
    uploads.PAGE,
    models.PAGE,
    configuration.PAGE,
    audit.PAGE,
    users.PAGE,
    about.PAGE,
    api.PAGE,
    account.PAGE,
    login.PAGE,
    oidc.PAGE,
    preferences.PAGE,
)
