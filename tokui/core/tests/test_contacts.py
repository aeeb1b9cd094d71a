from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokui.core.values import (
    Code,
    ValueRefused,
    check_digit,
    format_postal_code,
    is_corporate_number,
    is_registration_number,
    parse_corporate_number,
    parse_mail_address,
    parse_phone,
    parse_postal_code,
    parse_registration_number,
)

fewer = settings(max_examples=150, deadline=None)


def refusal(code: Code, parse: Callable[..., object], *args: object, **more: object) -> ValueRefused:
    with pytest.raises(ValueRefused) as refused:
        parse(*args, **more)
    assert refused.value.code is code
    return refused.value


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
