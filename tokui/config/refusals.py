"""Refusals on pages: told once, here, as a toast for a fragment or as a page with the way back."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tokui.core.errors import NotFound, NotPermitted, Refusal
from tokui.ui.doors import is_fragment, refusal_response

#: What a page that was only looked at says, when it is closed to this visitor or is not there.
LOOKED_AT = {NotPermitted: "403.html", NotFound: "404.html"}


class RefusalMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refusal) or request.path.startswith("/api/"):
            return None
        page = LOOKED_AT.get(type(exception))
        if page and request.method == "GET" and not is_fragment(request):
            return render(request, page, status=exception.status)
        return refusal_response(request, exception.message, status=exception.status)
