from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokui.core.days import format_wareki
from tokui.core.money import Money
from tokui.core.values import (
    Code,
    DateSystem,
    ValueRefused,
    from_serial,
    normalise_kana,
    normalise_text,
    parse_amount,
    parse_boolean,
    parse_corporate_number,
    parse_day,
    parse_decimal,
    parse_kana,
    parse_mail_address,
    parse_percent,
    parse_phone,
    parse_postal_code,
    parse_registration_number,
    parse_text,
    parse_time,
    parse_whole,
    to_serial,
)

fewer = settings(max_examples=150, deadline=None)


def refusal(code: Code, parse: Callable[..., object], *args: object, **more: object) -> ValueRefused:
    with pytest.raises(ValueRefused) as refused:
        parse(*args, **more)
    assert refused.value.code is code
    return refused.value


# Numbers


@pytest.mark.parametrize(
    ("value", "number"),
    [("１，２３４", 1234), ("▲500", -500), ("(500)", -500), ("3.0", 3), (12, 12), (Decimal("4"), 4), (" −7 ", -7)],
)
def test_whole_numbers_are_read_as_typed(value: str | int | Decimal, number: int) -> None:
    assert parse_whole(value) == number


def test_a_number_that_is_not_whole_or_not_bare_is_refused() -> None:
    refusal(Code.TOO_PRECISE, parse_whole, "3.5")
    refusal(Code.NOT_A_NUMBER, parse_whole, "3個")
    refusal(Code.NOT_A_NUMBER, parse_whole, value=True)
    refusal(Code.NOT_A_NUMBER, parse_whole, date(2026, 1, 1))
    refusal(Code.EMPTY, parse_whole, "")
    refusal(Code.OUT_OF_RANGE, parse_whole, "9" * 30)


def test_amounts_come_from_text_and_from_workbook_numbers() -> None:
    assert parse_amount("￥１，３２０", "JPY") == parse_amount(1320, "JPY") == Money(1320, "JPY")
    assert parse_amount(Decimal("13.2"), "USD") == Money(1320, "USD")
    refusal(Code.TOO_PRECISE, parse_amount, Decimal("13.2"), "JPY")
    refusal(Code.NOT_A_NUMBER, parse_amount, value=True, currency="JPY")


def test_decimals_are_exact_or_refused() -> None:
    assert parse_decimal("1.50", scale=3) == Decimal("1.5")
    refusal(Code.TOO_PRECISE, parse_decimal, "0.0001", scale=3)


@pytest.mark.parametrize(
    ("value", "percent"),
    [
        ("10%", "10"),
        ("１０％", "10"),
        ("8", "8"),
        (8, "8"),
        (Decimal("0.08"), "8"),
        ("0.5", "0.5"),
        ("10.21%", "10.21"),
    ],
)
def test_rates_are_read_in_percent(value: str | int | Decimal, percent: str) -> None:
    assert parse_percent(value) == Decimal(percent)


def test_a_rate_in_another_unit_is_refused() -> None:
    refusal(Code.NOT_A_NUMBER, parse_percent, "10割")
    refusal(Code.NOT_A_NUMBER, parse_percent, "¥10")


# Days and times


@pytest.mark.parametrize(
    "value",
    [
        "2026/11/2",
        "2026-11-02",
        "2026.11.2",
        "２０２６年１１月２日",
        "2026年11月2日(月)",
        "2026年11月2日 月曜日",
        "2026/11/02 00:00:00",
        "2026-11-02T13:05",
        "20261102",
        20261102,
        "令和8年11月2日",
        "令和8年11月2日（月）",
        "R8.11.2",
        "Nov 2, 2026",
        "2 November 2026",
        46328,
        "46328",
        Decimal("46328.75"),
        date(2026, 11, 2),
        datetime(2026, 11, 2, 23, 59),
    ],
)
def test_a_day_is_understood_in_every_usual_writing(value: str | int | Decimal | date) -> None:
    assert parse_day(value) == date(2026, 11, 2)


def test_months_whose_name_begins_like_an_era_are_months() -> None:
    assert parse_day("March 3, 2026") == date(2026, 3, 3)
    assert parse_day("Sep 3, 2026") == date(2026, 9, 3)


def test_a_day_without_a_year_takes_the_given_one_or_is_refused() -> None:
    assert parse_day("11月2日", year=2026) == parse_day("11/2", year=2026) == date(2026, 11, 2)
    refusal(Code.YEAR_MISSING, parse_day, "11月2日")
    refusal(Code.NO_SUCH_DAY, parse_day, "2月29日", year=2026)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("2027-02-30", Code.NO_SUCH_DAY),
        ("20270230", Code.NO_SUCH_DAY),
        ("2027年13月1日", Code.NO_SUCH_DAY),
        ("平成31年5月1日", Code.NO_SUCH_ERA),
        ("11/2/2026", Code.NOT_A_DATE),
        ("02-11-26", Code.NOT_A_DATE),
        ("2026/11-2", Code.NOT_A_DATE),
        ("5", Code.NOT_A_DATE),
        ("未定", Code.NOT_A_DATE),
        ("明日", Code.NOT_A_DATE),
        ("", Code.EMPTY),
        (True, Code.NOT_A_DATE),
        (time(1, 2), Code.NOT_A_DATE),
        ("9" * 9000, Code.NOT_A_DATE),
        ("2026-11-02 25:00", Code.NOT_A_TIME),
    ],
)
def test_what_is_no_day_or_two_days_is_refused(value: str, code: Code) -> None:
    refusal(code, parse_day, value)


@fewer
@given(st.dates(date(1904, 1, 1), date(9999, 12, 31)), st.sampled_from(DateSystem))
def test_serial_numbers_lead_back_to_their_day(day: date, system: DateSystem) -> None:
    assert from_serial(to_serial(day, system), system) == day


def test_the_day_that_only_excel_knows_is_refused() -> None:
    assert from_serial(59) == date(1900, 2, 28)
    assert from_serial(61) == date(1900, 3, 1)
    assert to_serial(date(1900, 2, 28)) == 59
    refusal(Code.NO_SUCH_DAY, from_serial, 60)
    refusal(Code.OUT_OF_RANGE, from_serial, 0)
    refusal(Code.OUT_OF_RANGE, from_serial, 2_958_466)
    refusal(Code.OUT_OF_RANGE, to_serial, date(1899, 12, 31))
    assert parse_day(44866, system=DateSystem.SINCE_1904) == date(2026, 11, 2)


@fewer
@given(st.dates(date(1912, 8, 1), date(2099, 12, 31)), st.booleans())
def test_written_days_read_back(day: date, short: bool) -> None:
    assert parse_day(format_wareki(day, short=short)) == parse_day(day.isoformat()) == day
    assert parse_day(f"{day.year}年{day.month}月{day.day}日") == day


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("9:30", time(9, 30)),
        ("09:30:15", time(9, 30, 15)),
        ("９時３０分", time(9, 30)),
        ("午後3時", time(15)),
        ("午前12時5分", time(0, 5)),
        ("3:30 PM", time(15, 30)),
        ("12:00 pm", time(12)),
        (Decimal("0.5"), time(12)),
        (time(1, 2), time(1, 2)),
    ],
)
def test_times_of_day_are_read(value: str | Decimal | time, expected: time) -> None:
    assert parse_time(value) == expected


@pytest.mark.parametrize("value", ["24:00", "9", "午後13時", "午後3:00 PM", "9:60", "noon", 5, True])
def test_what_is_no_time_of_day_is_refused(value: str | int) -> None:
    refusal(Code.NOT_A_TIME, parse_time, value)


# Texts


def test_kana_are_stored_in_one_width() -> None:
    assert normalise_kana("ｶﾞｷﾞﾊﾟ ABC ①") == "ガギパ ABC ①"
    assert normalise_text("　ﾔﾏﾀﾞ　 ＴＡＲＯ㈱ ") == "ヤマダ TARO㈱"
    assert parse_kana("やまだ　たろう") == parse_kana("ﾔﾏﾀﾞ ﾀﾛｳ") == "ヤマダ タロウ"
    assert refusal(Code.FORBIDDEN_CHARACTER, parse_kana, "山田タロウ").found == "山"
    refusal(Code.EMPTY, parse_kana, "　")


@fewer
@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    assert normalise_text(normalise_text(text)) == normalise_text(text)


def test_control_and_direction_characters_are_refused_in_text() -> None:
    assert parse_text(" か\u3099き\r\nく ") == "がき\nく"
    for character in ("\0", "\x1b", "\u202e", "\ud800"):
        refused = refusal(Code.FORBIDDEN_CHARACTER, parse_text, f"a{character}b")
        assert refused.found == f"U+{ord(character):04X}"
    refusal(Code.TOO_LONG, parse_text, "a" * 11, longest=10)


@pytest.mark.parametrize("value", ["はい", "○", "TRUE", "ＹＥＳ", "有", "1", 1, True])
def test_yes_is_yes(value: str | int) -> None:
    assert parse_boolean(value) is True


@pytest.mark.parametrize("value", ["いいえ", "×", "False", "無", "0", 0, False])
def test_no_is_no(value: str | int) -> None:
    assert parse_boolean(value) is False


@pytest.mark.parametrize("value", ["たぶん", "2", "x", "-"])
def test_anything_else_is_neither(value: str) -> None:
    refusal(Code.NOT_A_BOOLEAN, parse_boolean, value)


# All of them

PARSERS = [
    parse_whole,
    parse_percent,
    parse_day,
    parse_time,
    parse_phone,
    parse_postal_code,
    parse_mail_address,
    parse_corporate_number,
    parse_registration_number,
    parse_boolean,
    parse_kana,
    parse_text,
]
cells = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="0123456789０１２-－/.年月日令和元RHST:@()+△ \t", max_size=20),
    st.integers(-(10**20), 10**20),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
)


@pytest.mark.parametrize("parse", PARSERS, ids=lambda parse: parse.__name__)
@settings(max_examples=100, deadline=None)
@given(cells)
def test_any_cell_is_read_or_refused_with_a_short_report(parse: Callable[[object], object], value: object) -> None:
    try:
        parse(value)
    except ValueRefused as refused:
        assert len(refused.found) <= 80
