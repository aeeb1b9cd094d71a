import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokui.core.money import (
    EXPONENTS,
    CurrencyMismatch,
    Money,
    Rounding,
    apportion,
    exponent_of,
    format_money,
    parse_money,
    proportion,
    split,
    total,
)
from tokui.core.refused import Code, ValueRefused

currencies = st.sampled_from(sorted(EXPONENTS))
minors = st.integers(min_value=-(2**63) + 1, max_value=2**63 - 1)
fewer = settings(max_examples=150, deadline=None)


@pytest.mark.parametrize(("currency", "decimals"), [("JPY", 0), ("USD", 2), ("KWD", 3), ("CLF", 4)])
def test_each_currency_has_its_own_decimals(currency: str, decimals: int) -> None:
    assert exponent_of(currency) == decimals


@pytest.mark.parametrize("currency", ["YEN", "jpy", "", "XXX"])
def test_an_unknown_currency_is_refused(currency: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        Money(1, currency)
    assert refused.value.code is Code.UNKNOWN_CURRENCY


@pytest.mark.parametrize("minor", [1.0, True, "1"])
def test_minor_units_are_whole_numbers_only(minor: object) -> None:
    with pytest.raises(TypeError):
        Money(minor, "JPY")  # type: ignore[arg-type]


def test_amounts_of_two_currencies_are_never_added_or_compared() -> None:
    yen, dollars = Money(100, "JPY"), Money(100, "USD")
    for together in (lambda: yen + dollars, lambda: yen - dollars, lambda: yen < dollars, lambda: yen >= dollars):
        with pytest.raises(CurrencyMismatch):
            together()
    assert yen != dollars


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("24200", "JPY", 24200),
        ("¥24,200", "JPY", 24200),
        ("￥２４，２００", "JPY", 24200),
        ("24,200円", "JPY", 24200),
        ("1,320.0", "JPY", 1320),
        ("△1,320", "JPY", -1320),
        ("▲500", "JPY", -500),
        ("△¥1,320", "JPY", -1320),
        ("(500)", "JPY", -500),
        ("（¥500）", "JPY", -500),
        ("−¥1,320", "JPY", -1320),
        ("¥-500", "JPY", -500),
        ("+500", "JPY", 500),
        ("0", "JPY", 0),
        ("13.2", "USD", 1320),
        ("US$ 13.20", "USD", 1320),
        ("1.234 KWD", "KWD", 1234),
        ("clf 1.2345", "CLF", 12345),
    ],
)
def test_amounts_are_read_as_people_type_them(text: str, currency: str, minor: int) -> None:
    assert parse_money(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency", "code"),
    [
        ("", "JPY", Code.EMPTY),
        ("　", "JPY", Code.EMPTY),
        ("1,23", "JPY", Code.NOT_A_NUMBER),
        ("1.234,50", "EUR", Code.NOT_A_NUMBER),
        ("500-", "JPY", Code.NOT_A_NUMBER),
        ("(500", "JPY", Code.NOT_A_NUMBER),
        ("(-500)", "JPY", Code.NOT_A_NUMBER),
        ("--500", "JPY", Code.NOT_A_NUMBER),
        ("10²", "JPY", Code.OTHER_CURRENCY),
        ("①", "JPY", Code.NOT_A_NUMBER),
        ("٣٤", "JPY", Code.NOT_A_NUMBER),
        ("1e5", "JPY", Code.NOT_A_NUMBER),
        ("NaN", "JPY", Code.NOT_A_NUMBER),
        ("12 34", "JPY", Code.NOT_A_NUMBER),
        ("10%", "JPY", Code.OTHER_CURRENCY),
        ("5千円", "JPY", Code.OTHER_CURRENCY),
        ("$5", "JPY", Code.OTHER_CURRENCY),
        ("¥5円", "JPY", None),
        ("0.5", "JPY", Code.TOO_PRECISE),
        ("0.001", "USD", Code.TOO_PRECISE),
        ("9223372036854775808", "JPY", Code.OUT_OF_RANGE),
        ("9" * 5000, "JPY", Code.TOO_LONG),
    ],
)
def test_what_can_be_read_in_two_ways_or_none_is_refused(text: str, currency: str, code: Code | None) -> None:
    if code is None:
        assert parse_money(text, currency).minor == 5
        return
    with pytest.raises(ValueRefused) as refused:
        parse_money(text, currency)
    assert refused.value.code is code


def test_negative_yen_is_written_the_bookkeepers_way_in_japanese() -> None:
    assert format_money(Money(24200, "JPY")) == "¥24,200"
    assert format_money(Money(-1320, "JPY"), "ja") == "△1,320"
    assert format_money(Money(-1320, "JPY"), "en") == "−¥1,320"
    assert format_money(Money(-5, "USD"), "ja") == "△$0.05"
    assert format_money(Money(-1234567, "KWD"), "en") == "−KWD 1,234.567"


@fewer
@given(minors, currencies, st.sampled_from(["ja", "en"]))
def test_parsing_what_was_formatted_gives_the_same_money(minor: int, currency: str, language: str) -> None:
    money = Money(minor, currency)
    assert parse_money(format_money(money, language), currency) == money
    assert parse_money(str(money), currency) == money


@fewer
@given(st.text(max_size=40), currencies)
def test_any_text_is_read_or_refused_and_nothing_else(text: str, currency: str) -> None:
    try:
        assert parse_money(text, currency).currency == currency
    except ValueRefused as refused:
        assert refused.code in Code


@fewer
@given(minors, currencies, st.lists(st.integers(0, 10**12), min_size=1, max_size=30).filter(any))
def test_no_unit_is_lost_or_misplaced_when_money_is_apportioned(minor: int, currency: str, weights: list[int]) -> None:
    money = Money(minor, currency)
    shares = apportion(money, weights)
    assert total(shares, currency) == money
    whole = sum(weights)
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share.minor * whole - minor * weight) < whole
        assert weight or not share


@fewer
@given(minors, st.integers(1, 200))
def test_equal_parts_differ_by_one_unit_at_most(minor: int, parts: int) -> None:
    shares = split(Money(minor, "JPY"), parts)
    assert sum(share.minor for share in shares) == minor
    assert max(shares).minor - min(shares).minor <= 1
    assert [abs(share.minor) for share in shares] == sorted((abs(share.minor) for share in shares), reverse=True)


def test_the_odd_yen_goes_to_the_largest_remainder() -> None:
    assert [m.minor for m in apportion(Money(100, "JPY"), [1, 1, 4])] == [17, 17, 66]
    assert [m.minor for m in apportion(Money(-10, "JPY"), [1, 1, 1])] == [-4, -3, -3]
    assert [m.minor for m in split(Money(0, "JPY"), 2)] == [0, 0]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1, 5]])
def test_weights_that_cannot_share_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        apportion(Money(1, "JPY"), weights)


def test_no_parts_are_refused() -> None:
    with pytest.raises(ValueError, match="part"):
        split(Money(1, "JPY"), 0)


@pytest.mark.parametrize(
    ("minor", "rounding", "tax"),
    [
        (1000, Rounding.DOWN, 90),
        (1000, Rounding.HALF_UP, 91),
        (1000, Rounding.UP, 91),
        (-1000, Rounding.DOWN, -90),
        (-1000, Rounding.HALF_UP, -91),
        (1100, Rounding.UP, 100),
    ],
)
def test_a_credit_rounds_as_the_mirror_of_its_sale(minor: int, rounding: Rounding, tax: int) -> None:
    assert proportion(Money(minor, "JPY"), 10, 110, rounding).minor == tax


def test_half_a_yen_rounds_away_from_zero() -> None:
    assert proportion(Money(5, "JPY"), 1, 2, Rounding.HALF_UP).minor == 3
    assert proportion(Money(-5, "JPY"), 1, 2, Rounding.HALF_UP).minor == -3


def test_money_is_multiplied_by_whole_numbers_only() -> None:
    assert 3 * Money(1320, "JPY") == Money(3960, "JPY")
    with pytest.raises(TypeError):
        Money(100, "JPY") * 1.1  # type: ignore[operator]
