"""A parameter that an operation does not know is refused by name: a mistyped filter must not answer with everything."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.operation import Operation

from tokui.core.problems import problem

Run = Callable[..., Any]


def known_parameters_only(is_let_in: Callable[[HttpRequest], Any]) -> Callable[[Run], Run]:
    """Wraps every operation of the API. Strangers are told nothing about parameters: the operation turns them away."""

    def wrap(run: Run) -> Run:
        operation = run.__self__  # type: ignore[attr-defined]
        if getattr(operation.view_func, "has_own_conditions", False):
            return run
        known = _query_names(operation)

        @wraps(run)
        def checked(request: HttpRequest, **path: Any) -> Any:
            unknown = sorted(set(request.GET) - known)
            if not unknown or not is_let_in(request):
                return run(request, **path)
            errors = [{"field": name, "code": "unknown_parameter", "message": _("Not known here.")} for name in unknown]
            detail = _("There is no such parameter: %(names)s") % {"names": ", ".join(unknown)}
            return problem(422, "unknown_parameter", detail, errors=errors)

        return checked

    return wrap


def _query_names(operation: Operation) -> frozenset[str]:
    """The names under which an operation reads the address."""
    models = [model for model in operation.models if model.__ninja_param_source__ == "query"]
    return frozenset(name for model in models for name in model.__ninja_flatten_map__)
