"""What every REST request passes: problems for programs, a limit with its headers, and `Idempotency-Key`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from tokui.core import idempotency, throttle
from tokui.core.errors import Refusal
from tokui.core.problems import is_problem, problem

Answer = Callable[[HttpRequest], HttpResponse]
PREFIX = "/api/"
REQUESTS_PER_MINUTE = 1200


def problems_middleware(get_response: Answer) -> Answer:
    """No program gets a page for people: what Django answers itself (no such address, a method that an address does not
    have, a crash) becomes a problem document as well."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.path.startswith(PREFIX) and response.status_code >= 400 and not is_problem(response):
            return _as_problem(response)
        return response

    return middleware


def _as_problem(response: HttpResponse) -> HttpResponse:
    """The same answer in another form; its other headers (Allow, limits) stay."""
    told = {
        404: ("no_such_address", _("There is nothing at this address.")),
        405: ("method_not_allowed", _("This address does not take that method.")),
        500: ("internal_error", _("Something went wrong here. It was written to the log; nothing was changed.")),
    }
    unreadable = ("unreadable_request", _("The request cannot be read."))
    answer = problem(response.status_code, *told.get(response.status_code, unreadable))
    for name, value in response.items():
        if name not in ("Content-Type", "Content-Length"):
            answer[name] = value
    return answer


def limits_middleware(get_response: Answer) -> Answer:
    """Count requests per key (or session, or address) and say how many are left. Outside the request's transaction,
    so that two requests with one key do not wait for each other."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(PREFIX):
            return get_response(request)
        left = throttle.hit(f"api:{_caller(request)}", limit=REQUESTS_PER_MINUTE, window_seconds=60)
        if left.is_spent:
            response = problem(429, "too_many_requests", _("Too many requests. Wait for the next minute."))
            response["Retry-After"] = str(left.reset_seconds)
        else:
            response = get_response(request)
        response["RateLimit-Limit"] = str(left.limit)
        response["RateLimit-Remaining"] = str(max(left.remaining, 0))
        response["RateLimit-Reset"] = str(left.reset_seconds)
        return response

    return middleware


def _caller(request: HttpRequest) -> str:
    secret = request.headers.get("Authorization", "") or str(request.session.session_key or "")
    return hashlib.sha256((secret or str(request.META.get("REMOTE_ADDR", ""))).encode()).hexdigest()[:40]


def idempotency_middleware(get_response: Answer) -> Answer:
    """Innermost: inside the organization's transaction, so key and effect commit together."""

    def middleware(request: HttpRequest) -> HttpResponse:
        visit = getattr(request, "visit", None)
        if not request.path.startswith(PREFIX) or request.method != "POST" or visit is None:
            return get_response(request)
        try:
            return idempotency.once(request, lambda: get_response(request))
        except Refusal as refusal:
            return problem(refusal.status, refusal.code, refusal.message, field=refusal.field)

    return middleware
