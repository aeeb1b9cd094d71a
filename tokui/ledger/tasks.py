from __future__ import annotations

from datetime import date

from tokui.core.jobs import daily
from tokui.ledger.totals import fold_totals


@daily
def fold_the_books(day: date) -> None:
    fold_totals()
