"""Pages of the assembly itself: errors, health."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from tokui.access.doors import visited
from tokui.config.first_steps import first_steps
from tokui.ui.today import cards


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open too long, or came from elsewhere."""
    return render(request, "403.html", {"reason": "csrf"}, status=403)


def alive(request: HttpRequest) -> JsonResponse:
    """Liveness: this process answers."""
    return JsonResponse({"status": "alive"})


def ready(request: HttpRequest) -> JsonResponse:
    """Readiness: the database answers too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ready"})


@visited()
def today(request: HttpRequest) -> HttpResponse:
    """The start page: what waits for this person, by what their role may see."""
    steps = first_steps(request.visit.actor)  # type: ignore[attr-defined]
    return render(request, "config/today.html", {"cards": cards(request), "steps": steps})
