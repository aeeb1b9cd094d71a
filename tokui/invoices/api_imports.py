"""REST of files of sales and of receivables from the old system."""

from __future__ import annotations

from functools import partial

from tokui import access
from tokui.access.permissions import INVOICES_ISSUE, SALES_RECORD
from tokui.core.actors import Actor
from tokui.invoices import importing
from tokui.invoices.words import reason_words
from tokui.ui.rest_imports import ImportDoors, import_router


def _may(permission: str, by: Actor) -> None:
    access.require(by, permission)


sale_imports = import_router(
    ImportDoors(
        road=importing.SALES,
        what="sales",
        may_look=partial(_may, SALES_RECORD),
        reason_words=reason_words,
        receive=importing.receive_sales,
        choose=importing.choose_sale_columns,
        apply=importing.apply_sales,
        undo=importing.undo_sales,
    )
)
opening_imports = import_router(
    ImportDoors(
        road=importing.OPENINGS,
        what="receivables from the old system",
        may_look=partial(_may, INVOICES_ISSUE),
        reason_words=reason_words,
        receive=importing.receive_openings,
        choose=importing.choose_opening_columns,
        apply=importing.apply_openings,
    )
)
