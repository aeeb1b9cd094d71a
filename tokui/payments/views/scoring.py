"""How good the matcher is here: counts by month, grade and reason; percentages only where enough was decided."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from tokui.access.doors import visited
from tokui.access.permissions import PAYMENTS_VIEW
from tokui.payments.matching.scorecard import ENOUGH_DECIDED
from tokui.payments.scorecard import Group, scorecard, scorecards, undone_postings
from tokui.payments.words import GRADES, reason_name
from tokui.ui.doors import render_page


@visited(PAYMENTS_VIEW)
def page(request: HttpRequest) -> HttpResponse:
    context = {
        "total": _line("", Group("", scorecard(365))),
        "months": [_line(one.key, one) for one in scorecards("month")],
        "grades": [_line(GRADES.get(one.key), one) for one in scorecards("grade") if one.key],
        "reasons": [_line(reason_name(one.key), one) for one in scorecards("reason") if one.key],
        "undone": undone_postings(),
        "enough": ENOUGH_DECIDED,
    }
    return render_page(request, "payments/score.html", context, fragment="payments/score.html")


def _line(name: Any, group: Group) -> dict[str, Any]:
    shares = {key: group.card.share(key) for key in ("precision", "proposals_right", "recall")}
    return {"name": name, "card": group.card, **{key: _percent(share) for key, share in shares.items()}}


def _percent(share: float | None) -> str:
    """One decimal, never rounded up to a promise that does not hold."""
    return "" if share is None else f"{int(share * 1000) / 10:.1f}"
