"""The pages, in the order of the navigation. A page is a module here with a `PAGE`; it is listed once, below."""

from typing import Final

from dicom_node.console.page import Page
from dicom_node.console.pages import about, account, login, preferences

PAGES: Final[tuple[Page, ...]] = (
    about.PAGE,
    account.PAGE,
    login.PAGE,
    preferences.PAGE,
)
