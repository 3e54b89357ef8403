"""A visit: who asks for what on which page, and how that is answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dicom_node.access_ports import Visitor
from dicom_node.console.addresses import own_path
from dicom_node.console.cookies import NOTICE, Cookies
from dicom_node.console.notices import Notice
from dicom_node.console.page import Page
from dicom_node.console.services import Services
from dicom_node.console.translation import Words

if TYPE_CHECKING:
    from dicom_node.console.rendering import Rendering


@dataclass(frozen=True, slots=True)
class Visit:
    """What the view of a page gets; it returns what `render` or `go` returns, or a response of its own.

    Attributes:
        visitor: who asks; None on a page that everybody may see.
        words: `visit.words("about.title")` in the language of the visitor.
        secret: what the CSRF token of this browser is derived from.
        form: what was posted; empty for a GET.
    """

    request: Request
    page: Page
    visitor: Visitor | None
    services: Services
    rendering: "Rendering"
    words: Words
    secret: str
    form: FormData

    def path_value(self, name: str) -> str:
        """Return what stands in the address in the place of `{name}`."""
        return str(self.request.path_params[name])

    def query(self, name: str, default: str = "") -> str:
        """Return what stands behind the question mark."""
        return self.request.query_params.get(name, default)

    def field(self, name: str, default: str = "") -> str:
        """Return a text that was posted; empty for a file."""
        value = self.form.get(name, default)
        return value if isinstance(value, str) else default

    def render(self, template: str, /, status: int = 200, **values: Any) -> Response:
        """Answer with a template of `templates/`."""
        return self.rendering.page(self, template, values, status)

    def go(self, path: str, notice: str = "", /, tone: str = "good", **values: str | int) -> Response:
        """Answer an action: on to a page of this console, which says the words `notice`, filled with `values`."""
        response = RedirectResponse(own_path(path), status_code=303)
        if notice:
            Cookies.of(self.request).set(response, NOTICE, Notice(notice, values, tone).to_cookie())
        return response

    @property
    def sees_patients(self) -> bool:
        """Whether names, IDs and birth dates of patients may be shown."""
        return self.visitor is not None and self.visitor.sees_patients


Values = Mapping[str, Any]
