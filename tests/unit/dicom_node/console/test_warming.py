from dicom_node.console.application import make_application
from dicom_node.console.gate import Gate
from dicom_node.console.pages import PAGES
from dicom_node.console.rendering import load_environment
from dicom_node.console.services import Services
from tests.fakes.console import Browser, events_of, make_services

#: They begin something when they are looked at: a look through the ledger beside the page, a folder for uploads.
BEGIN_SOMETHING = {"models", "uploads"}


def look_at_everything(services: Services) -> None:
    console = make_application(services, Gate(services.access))
    for look in (*console.first_looks, *console.looks):
        look()


def test_every_page_of_the_navigation_is_looked_at_before_its_first_visitor_comes() -> None:
    assert {page.name for page in PAGES if page.icon and not page.warms} == BEGIN_SOMETHING


def test_the_page_that_the_bare_address_leads_to_is_looked_at_first() -> None:
    load_environment.cache_clear()
    services = make_services()
    console = make_application(services, Gate(services.access))
    for look in console.first_looks:
        look()
    first = Browser(console).get("/").headers["Location"]
    assert f"{first.strip('/')}.html" in {name for _loader, name in load_environment().cache or ()}


def test_no_look_without_a_visitor_stands_in_the_audit_trail_or_fails() -> None:
    services = make_services()
    look_at_everything(services)
    assert events_of(services) == []


def test_no_template_is_left_to_be_compiled_for_a_visitor() -> None:
    load_environment.cache_clear()
    services = make_services()
    look_at_everything(services)
    environment = load_environment()
    assert environment.cache is not None
    assert len(environment.cache) == len(environment.list_templates())
