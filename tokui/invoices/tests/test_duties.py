import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokui.catalog.tax import TaxKind
from tokui.invoices.duties import needs_credit_note, stamp_duty, withholding_base, withholding_tax
from tokui.invoices.tax import TaxedAmount, tax_totals


def test_a_fee_of_110000_with_tax_withholds_10210_and_pays_99790() -> None:
    totals = tax_totals([TaxedAmount(TaxKind.STANDARD, 1_000, 110_000, tax_included=True)])
    withheld = withholding_tax(withholding_base(totals))
    assert (withheld, totals.total_minor - withheld) == (10_210, 99_790)


def test_where_tax_is_not_shown_the_whole_amount_is_the_base() -> None:
    totals = tax_totals([TaxedAmount(TaxKind.STANDARD, 1_000, 110_000, tax_included=True)])
    assert withholding_tax(withholding_base(totals, tax_shown_separately=False)) == 11_231


@pytest.mark.parametrize(
    ("base", "withheld"),
    [(0, 0), (9, 0), (1_000_000, 102_100), (1_000_001, 102_100), (1_000_005, 102_101), (2_000_000, 306_300)],
)
def test_above_a_million_the_excess_withholds_at_the_higher_rate(base: int, withheld: int) -> None:
    assert withholding_tax(base) == withheld
    assert withholding_tax(-base) == -withheld


@settings(max_examples=100)
@given(st.integers(0, 10**9))
def test_more_pay_never_withholds_less(base: int) -> None:
    assert 0 <= withholding_tax(base + 1) - withholding_tax(base) <= 1


@pytest.mark.parametrize(
    ("received", "duty"),
    [
        (49_999, 0),
        (50_000, 200),
        (1_000_000, 200),
        (1_000_001, 400),
        (3_000_000, 600),
        (5_000_000, 1_000),
        (10_000_000, 2_000),
        (10_000_001, 4_000),
        (1_000_000_001, 200_000),
    ],
)
def test_a_paper_receipt_needs_the_stamp_of_its_step(received: int, duty: int) -> None:
    assert stamp_duty(received, on_paper=True) == duty


def test_tax_shown_separately_is_left_out_of_the_test() -> None:
    assert stamp_duty(54_999, tax_shown_minor=5_000, on_paper=True) == 0
    assert stamp_duty(54_999, on_paper=True) == 200


def test_electronic_receipts_and_card_payments_need_no_stamp() -> None:
    assert stamp_duty(10_000_000, on_paper=False) == 0
    assert stamp_duty(10_000_000, on_paper=True, by_credit_card=True) == 0


def test_a_return_below_10000_with_tax_needs_no_credit_note() -> None:
    assert not needs_credit_note(9_999)
    assert needs_credit_note(10_000)
    assert needs_credit_note(-10_000)
