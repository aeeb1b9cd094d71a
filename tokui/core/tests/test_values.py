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
    check_digit,
    format_postal_code,
    from_serial,
    is_corporate_number,
    is_registration_number,
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


# Contacts


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("03-1234-5678", "+81312345678"),
        ("０３（１２３４）５６７８", "+81312345678"),
        ("090ー1234ー5678", "+819012345678"),
        ("09012345678", "+819012345678"),
        ("+81 90-1234-5678", "+819012345678"),
        ("819012345678", "+819012345678"),
        ("(03) 1234-5678", "+81312345678"),
        ("0120-000-123", "+81120000123"),
        ("+1 650-253-0000", "+16502530000"),
    ],
)
def test_phone_numbers_become_e164(value: str, number: str) -> None:
    assert parse_phone(value) == number
    assert parse_phone(number) == number


@pytest.mark.parametrize("value", [9012345678, "9012345678", "9012345678.0", Decimal("9012345678"), "90-1234-5678"])
def test_a_lost_leading_zero_is_reported_with_the_likely_number_and_never_guessed(value: str | int | Decimal) -> None:
    assert refusal(Code.LOST_LEADING_ZERO, parse_phone, value).expected == "+819012345678"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("9.01E+09", Code.LOST_DIGITS),
        ("", Code.EMPTY),
        ("03-1234", Code.NOT_A_PHONE),
        ("03-1234-5678 内線12", Code.NOT_A_PHONE),
        ("0120-ABC-DEF", Code.NOT_A_PHONE),
        ("0000000000", Code.NOT_A_PHONE),
        ("03-1234-5678/090-1234-5678", Code.NOT_A_PHONE),
        (True, Code.FORBIDDEN_CHARACTER),
    ],
)
def test_what_is_no_phone_number_is_refused(value: str, code: Code) -> None:
    refusal(code, parse_phone, value)


def test_postal_codes_are_seven_digits() -> None:
    assert parse_postal_code("〒１００－０００１") == parse_postal_code(1000001) == "1000001"
    assert parse_postal_code("1000001.0") == "1000001"
    assert format_postal_code("1000001") == "100-0001"
    assert refusal(Code.LOST_LEADING_ZERO, parse_postal_code, 600001).expected == "0600001"
    for bad in ("100-001", "10-00001", "千代田", 12345):
        refusal(Code.NOT_A_POSTAL_CODE, parse_postal_code, bad)


@pytest.mark.parametrize(
    ("value", "address"),
    [
        (" Taro.Yamada@Example.JP ", "taro.yamada@example.jp"),
        ("ｔａｒｏ＠example.jp", "taro@example.jp"),
        ("taro..y.@example.com", "taro..y.@example.com"),
        ("taro+shop@sub.example.co.jp", "taro+shop@sub.example.co.jp"),
        ("taro@例え.example.jp", "taro@xn--r8jz45g.example.jp"),
    ],
)
def test_mail_addresses_are_stored_in_one_form(value: str, address: str) -> None:
    assert parse_mail_address(value) == address
    assert parse_mail_address(address) == address


@pytest.mark.parametrize(
    "value",
    [
        "taro",
        "taro@",
        "@example.jp",
        "taro@example",
        "ta ro@example.jp",
        "a@b@example.jp",
        "太郎@example.jp",
        "taro@-example.jp",
        "taro@example..jp",
        "taro@192.168.0.1",
        "山田 <taro@example.jp>",
        "a@x.jp,b@x.jp",
        "a" * 65 + "@example.jp",
        "taro@example.jp\nBcc: x@example.jp",
    ],
)
def test_what_is_not_one_mail_address_is_refused(value: str) -> None:
    refusal(Code.NOT_A_MAIL_ADDRESS, parse_mail_address, value)


# Registrations


@pytest.mark.parametrize("number", ["4011001098993", "5835678256246", "7010705000725"])
def test_known_numbers_satisfy_the_check_digit(number: str) -> None:
    assert is_corporate_number(number)
    assert is_registration_number(f"T{number}")
    assert parse_corporate_number(int(number)) == number
    assert parse_registration_number(f"Ｔ{number[:1]}-{number[1:5]}-{number[5:9]}-{number[9:]}") == f"T{number}"


@fewer
@given(st.from_regex("[0-9]{12}", fullmatch=True), st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_is_found_unless_it_swaps_zero_and_nine(base: str, place: int, step: int) -> None:
    number = f"{check_digit(base)}{base}"
    assert is_corporate_number(number)
    changed = (int(base[place]) + step) % 10
    other = base[:place] + str(changed) + base[place + 1 :]
    assert is_corporate_number(number[0] + other) == ({int(base[place]), changed} == {0, 9})


def test_a_wrong_check_digit_is_named_with_the_right_one() -> None:
    assert refusal(Code.WRONG_CHECK_DIGIT, parse_corporate_number, "1011001098993").expected == "4"
    refusal(Code.WRONG_CHECK_DIGIT, parse_registration_number, "T1234567890123")
    refusal(Code.NOT_A_CORPORATE_NUMBER, parse_corporate_number, "401100109899")
    refusal(Code.NOT_A_REGISTRATION_NUMBER, parse_registration_number, "4011001098993")
    refusal(Code.EMPTY, parse_registration_number, " ")
    assert not is_corporate_number("４０１１００１０９８９９３")
    assert not is_registration_number("4011001098993")


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
        refusal(Code.FORBIDDEN_CHARACTER, parse_text, f"a{character}b")
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
