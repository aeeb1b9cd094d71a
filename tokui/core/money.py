"""Money: a whole number of a currency's minor units. There is no float, and no amount without a currency."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tokui.core.numerals import Numeral, parse_numeral
from tokui.core.refused import Code, ValueRefused

# ISO 4217 list one: the codes in use by their number of decimals.
_DECIMALS = {
    2: (
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE "
        "CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL "
        "HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR "
        "MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK "
        "SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD "
        "XCG YER ZAR ZMW ZWG "
    ),
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
EXPONENTS = {code: decimals for decimals, codes in _DECIMALS.items() for code in codes.split()}
SYMBOLS = {"JPY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "CNY": "CN¥", "KRW": "₩", "INR": "₹", "TWD": "NT$"}
_WRITTEN_MARKS = {"JPY": ("円",), "USD": ("US$", "ドル"), "EUR": ("ユーロ",), "CNY": ("元",)}
LARGEST_MINOR = 2**63 - 1  # what a bigint column holds


class CurrencyMismatch(ValueError):
    """Two amounts of different currencies were added or compared; convert first, by a rate that is on record."""

    def __init__(self, left: str, right: str) -> None:
        self.left, self.right = left, right
        super().__init__(f"{left} and {right}")


class Rounding(StrEnum):
    """What becomes of a fraction of a minor unit. Amounts below zero mirror those above: a credit undoes its sale."""

    DOWN = "down"
    """切捨て, towards zero."""
    HALF_UP = "half_up"
    """四捨五入, half away from zero."""
    UP = "up"
    """切上げ, away from zero."""


@dataclass(frozen=True, slots=True)
class Money:
    """`minor` units of `currency` (ISO 4217): Money(1320, "JPY") is ¥1,320, Money(1320, "USD") is $13.20."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"minor units are whole numbers, not {type(self.minor).__name__}")
        exponent_of(self.currency)

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __mul__(self, count: int) -> Money:
        return Money(self.minor * _whole(count), self.currency)

    __rmul__ = __mul__

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __abs__(self) -> Money:
        return Money(abs(self.minor), self.currency)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor < other.minor

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.minor <= other.minor

    def __gt__(self, other: Money) -> bool:
        return other < self

    def __ge__(self, other: Money) -> bool:
        return other <= self

    def __str__(self) -> str:
        return f"{self.currency} {_decimal(self)}"

    def _same(self, other: Money) -> None:
        if not isinstance(other, Money):
            raise TypeError(f"money and {type(other).__name__}")
        if other.currency != self.currency:
            raise CurrencyMismatch(self.currency, other.currency)


def exponent_of(currency: str) -> int:
    """Decimals of a currency: JPY 0, USD 2, KWD 3, CLF 4. Raises ValueRefused(UNKNOWN_CURRENCY)."""
    try:
        return EXPONENTS[currency]
    except (KeyError, TypeError):
        raise ValueRefused(Code.UNKNOWN_CURRENCY, currency, "JPY") from None


def parse_money(text: str, currency: str) -> Money:
    """An amount as typed (`¥1,320`, `１３２０円`, `△1,320`, `(1,320)`, `USD 13.20`) in the currency that is expected.

    Raises ValueRefused: EMPTY, TOO_LONG, NOT_A_NUMBER, OTHER_CURRENCY, TOO_PRECISE, OUT_OF_RANGE.
    """
    exponent = exponent_of(currency)
    numeral = parse_numeral(text)
    _refuse_other_marks(text, numeral, currency)
    minor = numeral.minor(exponent)
    if minor is None:
        raise ValueRefused(Code.TOO_PRECISE, text, f"{exponent}")
    if abs(minor) > LARGEST_MINOR:
        raise ValueRefused(Code.OUT_OF_RANGE, text, str(LARGEST_MINOR))
    return Money(minor, currency)


def format_money(money: Money, language: str = "ja") -> str:
    """¥24,200; below zero △1,320 in Japanese (the minus stands for the yen sign too), −¥1,320 elsewhere."""
    symbol = SYMBOLS.get(money.currency, f"{money.currency} ")
    shown = _decimal(abs(money), grouped=True)
    if money.minor >= 0:
        return symbol + shown
    if not language.startswith("ja"):
        return f"−{symbol}{shown}"
    return f"△{shown}" if money.currency == "JPY" else f"△{symbol}{shown}"


def total(amounts: Iterable[Money], currency: str) -> Money:
    """The sum, in a currency that must be named because there may be nothing to add. Raises CurrencyMismatch."""
    result = Money(0, currency)
    for amount in amounts:
        result += amount
    return result


def proportion(money: Money, numerator: int, denominator: int, rounding: Rounding) -> Money:
    """`money` × numerator ÷ denominator, rounded once: `proportion(price, 10, 110, DOWN)` is the tax inside a price."""
    if _whole(denominator) <= 0:
        raise ValueError("the denominator must be above zero")
    product = money.minor * _whole(numerator)
    quotient, rest = divmod(abs(product), denominator)
    if rest and (rounding is Rounding.UP or (rounding is Rounding.HALF_UP and 2 * rest >= denominator)):
        quotient += 1
    return Money(-quotient if product < 0 else quotient, money.currency)


def split(money: Money, parts: int) -> list[Money]:
    """Equal parts that add up exactly; the first ones carry the odd units. Raises ValueError below one part."""
    if _whole(parts) < 1:
        raise ValueError("at least one part")
    return apportion(money, [1] * parts)


def apportion(money: Money, weights: Sequence[int]) -> list[Money]:
    """Shares in proportion to `weights`, adding up exactly: largest remainder, ties to the earlier share.

    Each share is within one minor unit of its exact value and has the sign of `money`. Raises ValueError for a weight
    below zero, or when no weight is above it.
    """
    whole = sum(_whole(weight) for weight in weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("weights must not be below zero, and one must be above it")
    magnitude, sign = abs(money.minor), -1 if money.minor < 0 else 1
    shares, remainders = [], []
    for place, weight in enumerate(weights):
        share, remainder = divmod(magnitude * weight, whole)
        shares.append(share)
        remainders.append((-remainder, place))
    for _, place in sorted(remainders)[: magnitude - sum(shares)]:
        shares[place] += 1
    return [Money(sign * share, money.currency) for share in shares]


def _refuse_other_marks(text: str, numeral: Numeral, currency: str) -> None:
    own = {currency, SYMBOLS.get(currency, ""), *_WRITTEN_MARKS.get(currency, ())}
    if currency == "CNY":
        own.add("¥")
    for mark in (numeral.prefix, numeral.suffix):
        if mark and mark.upper() not in own:
            raise ValueRefused(Code.OTHER_CURRENCY, text, currency)
    if numeral.prefix and numeral.suffix and numeral.prefix == numeral.suffix:
        raise ValueRefused(Code.NOT_A_NUMBER, text, currency)


def _decimal(money: Money, *, grouped: bool = False) -> str:
    exponent = EXPONENTS[money.currency]
    whole, fraction = divmod(abs(money.minor), 10**exponent)
    shown = f"{whole:,}" if grouped else str(whole)
    if exponent:
        shown += f".{fraction:0{exponent}d}"
    return f"-{shown}" if money.minor < 0 else shown


def _whole(number: int) -> int:
    if type(number) is not int:
        raise TypeError(f"a whole number, not {type(number).__name__}")
    return number
