"""Values of the fields that an organization defines itself: typed, so that they sort, filter and index. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from tokui.core.money import exponent_of
from tokui.core.refused import Code, ValueRefused
from tokui.core.values import (
    normalise_text,
    parse_amount,
    parse_boolean,
    parse_day,
    parse_decimal,
    parse_text,
)

SCALE = 4
LONGEST = 1000


class CustomKind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    CHOICE = "choice"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class Typed:
    """A value in the one column of its kind; all three empty for no value."""

    text: str | None = None
    number: int | None = None
    day: date | None = None


def parse_custom(kind: CustomKind, value: Any, *, choices: tuple[str, ...] = (), currency: str = "JPY") -> Typed:
    """A value as people type it or files hold it. Empty is no value. Raises ValueRefused."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return Typed()
    if kind is CustomKind.NUMBER:
        return Typed(number=int(parse_decimal(value, scale=SCALE).scaleb(SCALE)))
    if kind is CustomKind.MONEY:
        return Typed(number=parse_amount(value, currency).minor)
    if kind is CustomKind.DATE:
        return Typed(day=parse_day(value))
    if kind is CustomKind.BOOLEAN:
        return Typed(number=int(parse_boolean(value)))
    text = parse_text(value, longest=LONGEST)
    if kind is CustomKind.CHOICE:
        return Typed(text=_chosen(text, choices))
    return Typed(text=text)


def value_of(kind: CustomKind, typed: Typed, currency: str = "JPY") -> str | Decimal | date | bool | int | None:
    """The value for files and programs; money as a Decimal in the major unit, so that it reads back the same."""
    if kind is CustomKind.DATE:
        return typed.day
    if kind is CustomKind.BOOLEAN:
        return None if typed.number is None else bool(typed.number)
    if kind is CustomKind.NUMBER:
        return None if typed.number is None else _plain(Decimal(typed.number).scaleb(-SCALE))
    if kind is CustomKind.MONEY:
        return None if typed.number is None else Decimal(typed.number).scaleb(-exponent_of(currency))
    return typed.text


def _plain(number: Decimal) -> Decimal:
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()


def _chosen(text: str, choices: tuple[str, ...]) -> str:
    wanted = normalise_text(text).casefold()
    for choice in choices:
        if normalise_text(choice).casefold() == wanted:
            return choice
    raise ValueRefused(Code.OUT_OF_RANGE, text, " / ".join(choices))
