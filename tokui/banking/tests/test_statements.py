from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokui.banking.refusals import FileRefused, Refused
from tokui.banking.statements import (
    Kind,
    StatementAccount,
    StatementFile,
    StatementLine,
    Totals,
    fingerprint,
    numbered,
    prove,
)

LINE = StatementLine(
    number=1,
    booked_on=date(2026, 11, 20),
    amount_minor=11_000,
    direction="in",
    kind=Kind.TRANSFER,
    payer_name="ｶ)ﾔﾏﾀﾞｼﾖｳｼﾞ",
)


def one(**fields: object) -> StatementFile:
    return StatementFile("test", (StatementAccount(**fields),))  # type: ignore[arg-type]


def test_two_equal_payments_on_one_day_are_two_lines() -> None:
    marks = [(mark, place) for mark, place, _ in numbered([LINE, replace(LINE, number=2)])]
    assert marks == [(fingerprint(LINE), 0), (fingerprint(LINE), 1)]


def test_its_place_its_raw_bytes_and_our_reading_do_not_change_what_a_line_is() -> None:
    other = replace(LINE, number=99, raw=b"x", reference="000123", kind=Kind.OTHER, cancels=True)
    assert fingerprint(other) == fingerprint(LINE)


@pytest.mark.parametrize(
    "change",
    [
        {"booked_on": date(2026, 11, 21)},
        {"amount_minor": 11_001},
        {"direction": "out"},
        {"payer_name": "ﾔﾏﾀﾞ"},
        {"text": "x"},
        {"balance_minor": 0},
        {"native_id": "1"},
    ],
)
def test_whatever_identifies_a_line_changes_its_fingerprint(change: dict[str, object]) -> None:
    assert fingerprint(replace(LINE, **change)) != fingerprint(LINE)  # type: ignore[arg-type]


@given(st.text(), st.text(), st.text(), st.text())
def test_no_two_spellings_share_a_fingerprint(name: str, text: str, other_name: str, other_text: str) -> None:
    first, second = replace(LINE, payer_name=name, text=text), replace(LINE, payer_name=other_name, text=other_text)
    assert (fingerprint(first) == fingerprint(second)) == ((name, text) == (other_name, other_text))


def test_a_native_id_outlives_a_changed_text() -> None:
    line = replace(LINE, native_id="42")
    assert fingerprint(replace(line, text="reworded", balance_minor=5)) == fingerprint(line)


def test_balances_that_close_are_proved() -> None:
    prove(one(opening_minor=0, closing_minor=11_000, lines=(replace(LINE, balance_minor=11_000),)))


def test_a_closing_balance_that_differs_is_refused_with_both_amounts() -> None:
    with pytest.raises(FileRefused) as refusal:
        prove(one(opening_minor=0, closing_minor=10_999, lines=(LINE,)))
    caught = refusal.value
    assert (caught.code, caught.found, caught.expected) == (Refused.BALANCE_DIFFERS, "11000", "10999")


def test_a_missing_row_breaks_the_running_balance_and_is_named() -> None:
    lines = (replace(LINE, balance_minor=11_000), replace(LINE, number=3, balance_minor=33_000))
    with pytest.raises(FileRefused) as refusal:
        prove(one(lines=lines))
    assert (refusal.value.code, refusal.value.line) == (Refused.BALANCE_BROKEN, 3)
    assert (refusal.value.found, refusal.value.expected) == ("22000", "33000")


@pytest.mark.parametrize(
    ("totals", "code"),
    [
        (Totals(in_count=2, in_minor=11_000), Refused.COUNT_DIFFERS),
        (Totals(in_count=1, in_minor=11_001), Refused.TOTAL_DIFFERS),
        (Totals(out_count=1), Refused.COUNT_DIFFERS),
        (Totals(out_minor=1), Refused.TOTAL_DIFFERS),
    ],
)
def test_a_trailer_that_counts_or_sums_otherwise_is_refused(totals: Totals, code: Refused) -> None:
    with pytest.raises(FileRefused) as refusal:
        prove(one(totals=totals, lines=(LINE,)))
    assert refusal.value.code == code


def test_a_trailer_that_agrees_is_proved() -> None:
    prove(one(totals=Totals(in_count=1, in_minor=11_000, out_count=0, out_minor=0), lines=(LINE,)))
