from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from tokui.core import clock


def visit(request: HttpRequest) -> dict[str, Any]:
    """What every page knows: who visits which organization, and the business day."""
    found = getattr(request, "visit", None)
    return {"visit": found, "actor": found.actor if found else None, "today": clock.today()}
