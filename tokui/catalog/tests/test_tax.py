from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokui.catalog.tax import RATES, NoTaxRate, TaxKind, TaxRate, next_change_after, rate_on


@pytest.mark.parametrize(
    ("day", "rate"),
    [
        (date(1989, 4, 1), 300),
        (date(1997, 3, 31), 300),
        (date(1997, 4, 1), 500),
        (date(2014, 3, 31), 500),
        (date(2014, 4, 1), 800),
        (date(2019, 9, 30), 800),
        (date(2019, 10, 1), 1_000),
        (date(2026, 11, 22), 1_000),
    ],
)
def test_the_standard_rate_changes_on_the_day_of_the_law(day: date, rate: int) -> None:
    assert rate_on(TaxKind.STANDARD, day) == rate


def test_the_reduced_rate_begins_on_2019_10_01() -> None:
    assert rate_on(TaxKind.REDUCED, date(2019, 10, 1)) == 800
    with pytest.raises(NoTaxRate) as refused:
        rate_on(TaxKind.REDUCED, date(2019, 9, 30))
    assert (refused.value.kind, refused.value.day) == (TaxKind.REDUCED, date(2019, 9, 30))


def test_before_the_tax_existed_a_taxed_sale_has_no_rate() -> None:
    with pytest.raises(NoTaxRate):
        rate_on(TaxKind.STANDARD, date(1989, 3, 31))


@pytest.mark.parametrize("kind", [TaxKind.EXEMPT, TaxKind.OUT_OF_SCOPE, TaxKind.EXPORT])
def test_untaxed_kinds_are_zero_on_every_day(kind: TaxKind) -> None:
    assert rate_on(kind, date(1950, 1, 1)) == rate_on(kind, date(2026, 11, 22)) == 0


def test_a_rate_change_is_one_more_row() -> None:
    change = date(2030, 4, 1)
    current = [rate for rate in RATES if rate.kind != TaxKind.STANDARD]
    rates = (
        *current,
        TaxRate(TaxKind.STANDARD, 1_000, date(2019, 10, 1), change - timedelta(days=1)),
        TaxRate(TaxKind.STANDARD, 1_200, change),
    )
    assert rate_on(TaxKind.STANDARD, change - timedelta(days=1), rates=rates) == 1_000
    assert rate_on(TaxKind.STANDARD, change, rates=rates) == 1_200
    assert next_change_after(TaxKind.STANDARD, date(2026, 11, 22), rates=rates) == change


def test_the_next_change_is_strictly_later() -> None:
    assert next_change_after(TaxKind.STANDARD, date(2019, 9, 30)) == date(2019, 10, 1)
    assert next_change_after(TaxKind.STANDARD, date(2019, 10, 1)) is None


@settings(max_examples=100)
@given(st.sampled_from(TaxKind), st.dates())
def test_no_day_has_two_rates_of_one_kind(kind: TaxKind, day: date) -> None:
    assert sum(rate.kind == kind and rate.holds_on(day) for rate in RATES) <= 1
