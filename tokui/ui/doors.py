"""What views answer with: the page or its fragment, a toast, a refusal, a page of a long list."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers

from tokui.ui.paging import CappedCount, Page, capped_count, page_of

__all__ = [
    "CappedCount",
    "Page",
    "capped_count",
    "is_fragment",
    "page_of",
    "refusal_response",
    "render_page",
    "sent_on",
    "toast",
    "toast_next",
]

TOAST = "tokui:toast"


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page. Boosted links and restored history want the whole of it."""
    headers = request.headers
    whole = headers.get("HX-Boosted") == "true" or headers.get("HX-History-Restore-Request") == "true"
    return headers.get("HX-Request") == "true" and not whole


def render_page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    fragment: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page, or for htmx its fragment: `customers/list.html` -> `customers/_list.html` unless another is named."""
    folder, _slash, name = template.rpartition("/")
    part = fragment or f"{folder}/_{name}".lstrip("/")
    response = render(request, part if is_fragment(request) else template, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def toast(response: HttpResponse, message: object, *, undo: str = "", tone: str = "good") -> HttpResponse:
    """Show a sentence after this htmx answer. `undo` is an address that takes a POST; `tone` is "good" or "bad"."""
    told = json.loads(response.headers.get("HX-Trigger", "{}"))
    told.setdefault(TOAST, []).append({"message": str(message), "undo": undo, "tone": tone})
    response["HX-Trigger"] = json.dumps(told)
    return response


def toast_next(request: HttpRequest, message: object, *, undo: str = "", tone: str = "good") -> None:
    """Show a sentence on the next whole page: before a redirect."""
    level = messages.ERROR if tone == "bad" else messages.SUCCESS
    messages.add_message(request, level, str(message), extra_tags=f"undo:{undo}" if undo else "")


def sent_on(request: HttpRequest, url: str, message: object = "", *, undo: str = "") -> HttpResponse:
    """Go to another page after a change, saying what was done; works for plain forms and for htmx."""
    if message:
        toast_next(request, message, undo=undo)
    if not is_fragment(request):
        return redirect(url)
    response = HttpResponse(status=204)
    response["HX-Redirect"] = url
    return response


def refusal_response(request: HttpRequest, message: object, *, status: int = 409, back: str = "") -> HttpResponse:
    """Tell why something was not done: a toast for htmx, else a page with the way back. Nothing is swapped."""
    if is_fragment(request):
        return toast(HttpResponse(status=status), message, tone="bad")
    return render(request, "ui/refused.html", {"message": str(message), "back": back}, status=status)
