"""The doorkeeper of pages: who may see them. Verbs ask for permission to change by themselves."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from tokui.core.errors import NotPermitted

View = Callable[..., HttpResponseBase]


def visited(permission: str = "") -> Callable[[View], View]:
    """Only for people who are signed in and hold the permission; strangers are led to sign-in and back."""

    def wrap(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
            visit = getattr(request, "visit", None)
            if visit is None:
                return _to_sign_in(request)
            if permission and not visit.actor.can(permission):
                raise NotPermitted
            return view(request, *arguments, **named)

        guarded.permission = permission  # type: ignore[attr-defined]  # the permission test reads it
        return guarded

    return wrap


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    target = f"{reverse('access:sign_in')}?next={quote(request.get_full_path())}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return HttpResponseRedirect(target)
