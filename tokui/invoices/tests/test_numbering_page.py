"""How documents are numbered, seen before it is kept."""

from __future__ import annotations

from datetime import date

from tokui.access.models import Business
from tokui.core import clock
from tokui.core.tenancy import require_organization
from tokui.invoices.models import NumberSeries
from tokui.invoices.numbering import take_numbers


def next_number(page, **typed) -> str:
    given = {"business": str(Business.objects.get().pk), "kind": "invoice", "pattern": "INV-{yy}{month}-{number}"}
    return page.get("/settings/numbering/next", given | {"digits": "4"} | typed).content.decode()


def test_the_next_number_is_shown_while_a_pattern_is_typed(page):
    assert require_organization()
    with clock.at(clock.at_day(date(2026, 11, 28))):
        assert "<b>INV-2611-0001</b>" in next_number(page)
        take_numbers(NumberSeries.Kind.INVOICE, {Business.objects.get().pk: 318}, date(2026, 11, 28))
        assert "<b>INV-2611-0319</b>" in next_number(page)
        assert "<b>A-00001</b>" in next_number(page, pattern="A-{number}", digits="5")
        assert "INV-2611-0319" in page.get("/settings/numbering").content.decode()
        assert NumberSeries.objects.get().pattern == "INV-{yy}{month}-{number}", "nothing was kept by looking"


def test_a_pattern_that_cannot_be_used_has_no_next_number(page):
    for wrong in ({"pattern": "INV-{month}-{number}"}, {"pattern": "INV"}, {"digits": "12"}, {"business": "x"}):
        shown = next_number(page, **wrong)
        assert "<b>" not in shown, wrong
        assert "番号を作れません" in shown
