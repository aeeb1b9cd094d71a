"""The door of the command palette."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tokui.ui import palette as commands


@require_GET
def palette(request: HttpRequest) -> HttpResponse:
    """Results for what was typed, as a fragment. Strangers find nothing."""
    typed = request.GET.get("q", "")
    groups = commands.find(request, typed) if getattr(request, "visit", None) else []
    return render(request, "ui/_palette_results.html", {"groups": groups, "typed": typed})
