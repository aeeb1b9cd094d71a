"""What is said about a customer before it is one: the fields, how each is read, and why a value is refused. Pure.

Forms, files and the REST API all pass through `checked`, so that nothing invalid enters by any door (C-10).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tokui.core.refused import Code, ValueRefused
from tokui.core.tables import Cell, cell_text
from tokui.core.values import (
    normalise_text,
    parse_boolean,
    parse_corporate_number,
    parse_kana,
    parse_mail_address,
    parse_phone,
    parse_postal_code,
    parse_registration_number,
    parse_text,
    parse_whole,
)
from tokui.customers.names import name_key

KINDS = ("person", "company", "school", "government", "nonprofit")


@dataclass(frozen=True, slots=True)
class CustomerDraft:
    """A customer to be. An empty `code` is numbered by us; `custom` maps keys of custom fields to values."""

    name: str
    code: str = ""
    kind: str = ""
    kana: str = ""
    legal_form: str = ""
    corporate_number: str = ""
    registration_number: str = ""
    email: str = ""
    phone: str = ""
    postal_code: str = ""
    address: str = ""
    business_id: UUID | None = None
    owner_id: UUID | None = None
    bill_to_id: UUID | None = None
    closing_day: int | None = None
    due_months: int = 1
    due_day: int = 31
    due_shift: str = "after"
    delivery: str = "mail"
    tax_display: str = "excluded"
    tax_rounding: str = "down"
    honorific: str = "usual"
    document_language: str = "ja"
    withholds: bool = False
    is_active: bool = True
    tags: tuple[str, ...] = ()
    custom: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class CustomerChange:
    """New values for some fields of a customer. With `version`, refused when somebody changed it since."""

    customer_id: UUID
    values: Mapping[str, Any]
    version: int | None = None


class FieldRefused(ValueError):
    """A field's value was refused: which field, and the parser's facts."""

    def __init__(self, field: str, refused: ValueRefused) -> None:
        self.field, self.refused = field, refused
        super().__init__(f"{field}: {refused}")


def checked(draft: CustomerDraft) -> CustomerDraft:
    """The draft with every value in its stored form. Raises FieldRefused at the first field that is not right."""
    values = checked_values({name: getattr(draft, name) for name in PARSERS})
    values["kind"] = values["kind"] or kind_of(values["name"])
    values["legal_form"] = values["legal_form"] or name_key(values["name"]).legal_form
    require_due_after_closing(values["closing_day"], values["due_months"], values["due_day"])
    return dataclasses.replace(draft, **values, tags=checked_tags(draft.tags))


def require_due_after_closing(closing_day: int | None, due_months: int, due_day: int) -> None:
    """25日締め当月10日払い would ask for money before its invoice exists. Raises FieldRefused."""
    if closing_day is not None and due_months == 0 and due_day < closing_day:
        raise FieldRefused("due_day", ValueRefused(Code.DUE_BEFORE_CLOSING, due_day, str(closing_day)))


def checked_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a customer in their stored form; references and custom fields pass through."""
    return {name: parse_field(name, value) if name in PARSERS else value for name, value in values.items()}


def parse_field(name: str, cell: Any) -> Any:
    """One field's value from a typed value or a cell. Raises FieldRefused."""
    try:
        return PARSERS[name](cell)
    except ValueRefused as refused:
        raise FieldRefused(name, refused) from None


def checked_tags(tags: tuple[str, ...]) -> tuple[str, ...]:
    try:
        cleaned = [normalise_text(parse_text(tag, longest=40)) for tag in tags]
    except ValueRefused as refused:
        raise FieldRefused("tags", refused) from None
    return tuple(dict.fromkeys(tag for tag in cleaned if tag))


def kind_of(name: str) -> str:
    """What a name says about its bearer: 学校法人 is a school, 市役所 a government, a legal form else a company."""
    form = name_key(name).legal_form
    if form in ("ガク", "ダイ") or name.endswith(("学校", "幼稚園", "保育園", "大学")):
        return "school"
    if form in ("トクヒ", "フク", "シユウ", "ザイ", "シヤ"):
        return "nonprofit"
    if name.endswith(("市役所", "区役所", "町役場", "村役場", "県庁", "都庁", "府庁", "道庁")):
        return "government"
    return "company" if form else "person"


def sort_key_of(name: str, kana: str) -> str:
    """By what lists are sorted: the reading, else the name (no collation of the database knows kanji)."""
    return (kana or name)[:120]


def _name(cell: Cell) -> str:
    text = normalise_text(parse_text(cell, longest=120))
    if not text:
        raise ValueRefused(Code.EMPTY, cell, "山田 太郎")
    return text


def _line(longest: int) -> Callable[[Any], str]:
    return lambda cell: normalise_text(parse_text("" if cell is None else cell, longest=longest))


def _optional(parse: Callable[[Any], Any], empty: Any = "") -> Callable[[Any], Any]:
    def read(cell: Any) -> Any:
        return empty if cell is None or (isinstance(cell, str) and not cell.strip()) else parse(cell)

    return read


def _code(cell: Cell) -> str:
    """Spaces would make two codes look like one."""
    return "".join(normalise_text(parse_text(cell, longest=30)).split())


#: 070, 080 and 090 numbers as nearly everybody writes them; the full parser takes a tenth of a millisecond.
_MOBILE = re.compile(r"0([789]0)-?([1-9][0-9]{3})-?([0-9]{4})", re.ASCII)


def _phone(cell: Cell) -> str:
    """A workbook's number without its first zero is unmistakable when the number with it exists."""
    if isinstance(cell, str) and (found := _MOBILE.fullmatch(cell)):
        return "+81" + "".join(found.groups())
    try:
        return parse_phone(cell)
    except ValueRefused as refused:
        if refused.code is Code.LOST_LEADING_ZERO and isinstance(cell, int):
            return refused.expected
        raise


#: A mail address that is already in its stored form: small letters, an ASCII domain.
_PLAIN_MAIL = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:(?!xn--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,20}", re.ASCII
)


def _email(cell: Cell) -> str:
    if isinstance(cell, str) and len(cell) <= 200 and _PLAIN_MAIL.fullmatch(cell):
        return cell
    return parse_mail_address(cell)


def _postal_code(cell: Cell) -> str:
    try:
        return parse_postal_code(cell)
    except ValueRefused as refused:
        if refused.code is Code.LOST_LEADING_ZERO and isinstance(cell, int):
            return refused.expected
        raise


def _kana(cell: Cell) -> str:
    text = parse_kana(cell)
    if len(text) > 120:
        raise ValueRefused(Code.TOO_LONG, cell, "120")
    return text


def _choice(choices: Mapping[str, str], empty: str) -> Callable[[Any], str]:
    """One of the values, or a word that people write for it."""
    words = {_folded(word): value for word, value in choices.items()} | {value: value for value in choices.values()}

    def read(cell: Any) -> str:
        text = _folded(cell_text(cell)) if cell is not None else ""
        if not text:
            return empty
        if text not in words:
            raise ValueRefused(Code.OUT_OF_RANGE, cell, " / ".join(dict.fromkeys(choices)))
        return words[text]

    return read


def _folded(text: str) -> str:
    return normalise_text(text).casefold()


def _whole(least: int, most: int) -> Callable[[Any], int]:
    def read(cell: Any) -> int:
        number = MONTH_END if isinstance(cell, str) and "末" in cell else parse_whole(_without_day(cell))
        if not least <= number <= most:
            raise ValueRefused(Code.OUT_OF_RANGE, cell, f"{least}-{most}")
        return number

    return read


def _without_day(cell: Any) -> Any:
    return cell.strip().removesuffix("締め").removesuffix("締").removesuffix("日") if isinstance(cell, str) else cell


MONTH_END = 31
KIND_WORDS = {
    "個人": "person", "person": "person", "法人": "company", "会社": "company", "企業": "company", "company": "company",
    "学校": "school", "school": "school", "官公庁": "government", "官公署": "government", "government": "government",
    "非営利": "nonprofit", "団体": "nonprofit", "nonprofit": "nonprofit", "non-profit": "nonprofit",
}  # fmt: skip
SHIFT_WORDS = {"前営業日": "before", "前": "before", "翌営業日": "after", "翌": "after", "なし": "none", "当日": "none"}
DELIVERY_WORDS = {
    "メール": "mail", "email": "mail", "郵送": "paper", "紙": "paper", "post": "paper", "なし": "none", "不要": "none",
}  # fmt: skip
TAX_WORDS = {"税抜": "excluded", "外税": "excluded", "税込": "included", "内税": "included"}
ROUNDING_WORDS = {"切り捨て": "down", "切捨て": "down", "切捨": "down", "切り上げ": "up", "切上げ": "up", "切上": "up",
                  "四捨五入": "half_up"}  # fmt: skip
HONORIFIC_WORDS = {"種別による": "usual", "自動": "usual", "御中": "onchu", "様": "sama", "なし": "none"}
LANGUAGE_WORDS = {"日本語": "ja", "japanese": "ja", "英語": "en", "english": "en"}

#: Field -> how its value is read. What is not here is a reference, a tag or a custom field.
PARSERS: dict[str, Callable[[Any], Any]] = {
    "name": _name,
    "code": _optional(_code),
    "kind": _choice(KIND_WORDS, ""),
    "kana": _optional(_kana),
    "legal_form": _line(10),
    "corporate_number": _optional(parse_corporate_number),
    "registration_number": _optional(parse_registration_number),
    "email": _optional(_email),
    "phone": _optional(_phone),
    "postal_code": _optional(_postal_code),
    "address": _line(200),
    "closing_day": _optional(_whole(1, 31), None),
    "due_months": _optional(_whole(0, 12), 1),
    "due_day": _optional(_whole(1, 31), MONTH_END),
    "due_shift": _choice(SHIFT_WORDS, "after"),
    "delivery": _choice(DELIVERY_WORDS, "mail"),
    "tax_display": _choice(TAX_WORDS, "excluded"),
    "tax_rounding": _choice(ROUNDING_WORDS, "down"),
    "honorific": _choice(HONORIFIC_WORDS, "usual"),
    "document_language": _choice(LANGUAGE_WORDS, "ja"),
    "withholds": _optional(parse_boolean, empty=False),
    "is_active": _optional(parse_boolean, empty=True),
}
REFERENCES = ("business_id", "owner_id", "bill_to_id")
#: Columns of `customers_customer` that a draft or change may set.
STORED = (*PARSERS, *REFERENCES)
PERSONAL = frozenset({"name", "kana", "email", "phone", "postal_code", "address"})
