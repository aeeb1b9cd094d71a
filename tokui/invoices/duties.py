"""What tax law takes from or puts on a payment besides consumption tax: withholding and stamp duty. Amounts in yen."""

from __future__ import annotations

from tokui.invoices.tax import Rounding, TaxTotals, divide

WITHHOLDING_THRESHOLD = 1_000_000
WITHHOLDING_RATE = 1_021
"""10.21 % in parts of 10,000: 10 % income tax and 2.1 % of it for reconstruction, since 2013-01-01."""
WITHHOLDING_RATE_ABOVE = 2_042

CREDIT_NOTE_DUTY_FROM = 10_000
"""Returns below this, tax included, need no credit note (適格返還請求書): 消費税法施行令70条の9③二."""

STAMP_DUTY_FREE_BELOW = 50_000
STAMP_DUTY_STEPS: tuple[tuple[int, int], ...] = (
    (1_000_000, 200),
    (2_000_000, 400),
    (3_000_000, 600),
    (5_000_000, 1_000),
    (10_000_000, 2_000),
    (20_000_000, 4_000),
    (30_000_000, 6_000),
    (50_000_000, 10_000),
    (100_000_000, 20_000),
    (200_000_000, 40_000),
    (300_000_000, 60_000),
    (500_000_000, 100_000),
    (1_000_000_000, 150_000),
)
STAMP_DUTY_ABOVE = 200_000


def withholding_base(totals: TaxTotals, *, tax_shown_separately: bool = True) -> int:
    """What income tax is withheld from: the sum without tax where the invoice states the tax separately.

    Source: 国税庁タックスアンサー No.6929.
    """
    return totals.net_minor if tax_shown_separately else totals.total_minor


def withholding_tax(base_minor: int) -> int:
    """Income tax withheld from fees of a person (源泉徴収, 所得税法204条), in yen, fractions cut off.

    10.21 % up to 1,000,000 yen and 20.42 % of what is above, per payment. A credit note withholds the same, negative.
    """
    size = abs(base_minor)
    below = divide(min(size, WITHHOLDING_THRESHOLD) * WITHHOLDING_RATE, 10_000, Rounding.DOWN)
    above = divide(max(size - WITHHOLDING_THRESHOLD, 0) * WITHHOLDING_RATE_ABOVE, 10_000, Rounding.DOWN)
    return -(below + above) if base_minor < 0 else below + above


def stamp_duty(received_minor: int, *, tax_shown_minor: int = 0, on_paper: bool, by_credit_card: bool = False) -> int:
    """The stamp (収入印紙) that a receipt of sales proceeds needs, in yen.

    Consumption tax that the receipt states separately is left out of the test. A receipt sent as PDF or by mail is no
    document under the law, and a payment by credit card that the receipt mentions is no receipt of money.
    Source: 印紙税法別表第一 17号の1文書; 国税庁タックスアンサー No.7105.
    """
    amount = received_minor - tax_shown_minor
    if not on_paper or by_credit_card or amount < STAMP_DUTY_FREE_BELOW:
        return 0
    return next((duty for limit, duty in STAMP_DUTY_STEPS if amount <= limit), STAMP_DUTY_ABOVE)


def needs_credit_note(returned_gross_minor: int) -> bool:
    """Whether a return or price reduction obliges us to issue a credit note; the amount includes tax, either sign.

    It is judged per return or per reduction of one claim, not per unit.
    """
    return abs(returned_gross_minor) >= CREDIT_NOTE_DUTY_FROM
