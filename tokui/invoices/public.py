"""The read-only page behind the mailed link: no sign-in, nothing but this one document."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tokui.core import doors
from tokui.core.tenancy import organization_scope
from tokui.invoices.links import DOOR, open_link
from tokui.invoices.models import Invoice
from tokui.invoices.papers import content_of, shown_pdf
from tokui.invoices.refused import LinkExpired
from tokui.invoices.screen import on_screen


@never_cache
@require_safe
def invoice(request: HttpRequest, secret: str) -> HttpResponse:
    """The document as a page; opening it is counted, looking ahead by a mail scanner (HEAD) is not."""

    def answer() -> HttpResponse:
        found = open_link(secret, counts=request.method == "GET")
        context = {"invoice": found, "paper": on_screen(content_of(found)), "secret": secret}
        return _private(render(request, "invoices/public.html", context))

    return _within(secret, answer)


@never_cache
@require_safe
def pdf(request: HttpRequest, secret: str) -> HttpResponse:
    def answer() -> HttpResponse:
        return pdf_response(open_link(secret, counts=False))

    return _within(secret, answer)


def pdf_response(found: Invoice) -> HttpResponse:
    response = HttpResponse(shown_pdf(found), content_type="application/pdf")
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{found.number or 'draft'}.pdf"
    return _private(response)


def _within(secret: str, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """Find the organization by the secret's hash and answer inside its transaction."""
    organization = doors.organization_behind(DOOR, secret)
    if organization is None:
        raise LinkExpired
    with organization_scope(organization):
        return answer()


def _private(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response
