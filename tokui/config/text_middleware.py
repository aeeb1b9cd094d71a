"""Text that no column of PostgreSQL holds is refused before any room sees it.

In addresses and forms for all pages and programs; in JSON it is refused field by field by `ui.rest.Given`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from tokui.core.problems import problem
from tokui.ui.doors import refusal_response
from tokui.ui.rest import is_writable

Answer = Callable[[HttpRequest], HttpResponse]
API = "/api/"
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def text_middleware(get_response: Answer) -> Answer:
    def middleware(request: HttpRequest) -> HttpResponse:
        field = next(_unwritable(request), None)
        return get_response(request) if field is None else _refused(request, field)

    return middleware


def _unwritable(request: HttpRequest) -> Iterator[str]:
    """Names of values that cannot be written. A program's form is left to its own door, with its limits of size."""
    yield from _names(request.GET)
    if request.method == "POST" and request.content_type in FORMS and not request.path.startswith(API):
        yield from _names(request.POST)


def _names(values: QueryDict) -> Iterator[str]:
    for name, some in values.lists():
        if not is_writable([name, *some]):
            yield name


def _refused(request: HttpRequest, field: str) -> HttpResponse:
    name = field.replace("\0", "␀")
    told = _("“%(name)s” holds a character that cannot be kept.") % {"name": name}
    if request.path.startswith(API):
        return problem(422, "unwritable_text", told, field=name)
    return refusal_response(request, told, status=422)
