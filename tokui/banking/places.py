"""Where in a bank file something stands, and what stood there, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from tokui.banking.words import deviation_word

#: Names of fields as the connectors write them: Zengin records, CSV roles, MT940 tags, and the proof of a file.
FIELDS: dict[str, str | Promise] = {
    "account": lazy("Account"),
    "account_count": lazy("Number of accounts"),
    "account_name": lazy("Account holder"),
    "account_number": lazy("Account number"),
    "account_type": lazy("Kind of account"),
    "amount": lazy("Amount"),
    "balance": lazy("Balance"),
    "balance_minor": lazy("Balance"),
    "bank_code": lazy("Bank code"),
    "bank_name": lazy("Bank name"),
    "booked_on": lazy("Booking day"),
    "branch_code": lazy("Branch code"),
    "branch_name": lazy("Branch name"),
    "cancel": lazy("Cancellation mark"),
    "closing_balance": lazy("Closing balance"),
    "closing_minor": lazy("Closing balance"),
    "created_on": lazy("Day of creation"),
    "currency": lazy("Currency"),
    "data_count": lazy("Number of data records"),
    "date": lazy("Date"),
    "delimiter": lazy("Delimiter"),
    "direction": lazy("In or out"),
    "edi": lazy("EDI text"),
    "from_on": lazy("First day"),
    "in_amount": lazy("Total in"),
    "in_count": lazy("Count in"),
    "in_minor": lazy("Total in"),
    "in_out": lazy("In or out"),
    "inquiry_no": lazy("Inquiry number"),
    "kind": lazy("Kind"),
    "money_in": lazy("Money in"),
    "money_out": lazy("Money out"),
    "native_id": lazy("The bank's own number"),
    "opening_balance": lazy("Opening balance"),
    "out_amount": lazy("Total out"),
    "out_count": lazy("Count out"),
    "out_minor": lazy("Total out"),
    "payer": lazy("Payer"),
    "payer_code": lazy("Remitter code"),
    "record_count": lazy("Number of records"),
    "record_type": lazy("Record type"),
    "reference": lazy("Reference number"),
    "remitter_code": lazy("Remitter code"),
    "remitter_name": lazy("Remitter's name"),
    "sign": lazy("Sign"),
    "summary": lazy("Remark"),
    "tag": lazy("Tag"),
    "text": lazy("Remark"),
    "to_on": lazy("Last day"),
    "total_amount": lazy("Total"),
    "total_count": lazy("Count"),
    "type_code": lazy("Type code"),
    "value_date": lazy("Value day"),
    "value_on": lazy("Value day"),
}
EXAMPLES = 3
_MINOR = re.compile(r"_minor$|_amount$|_balance$|^balance|^amount$")
_PLACE = re.compile(r"(line|entry) (\d+)(?:, (\w+))?")


@dataclass(frozen=True)
class Fact:
    """One fact of a refusal: what it is, and what was there. `is_code` where it is the file's own spelling."""

    label: str
    value: str
    is_code: bool = False


@dataclass(frozen=True)
class Oddities:
    """Deviations of one kind: how many, and the first of them with place, spelling and reading."""

    word: str
    count: int
    examples: Sequence[tuple[str, str, str]]


def refusal_facts(refusal: Mapping[str, Any]) -> list[Fact]:
    """Line, column, field, found and expected of a refusal; only those that it has."""
    field = str(refusal.get("field") or "")
    is_amount = bool(_MINOR.search(field))
    facts = [
        Fact(_("Line"), str(refusal["line"])) if refusal.get("line") else None,
        Fact(_("Column"), str(refusal["column"])) if refusal.get("column") else None,
        Fact(_("Field"), field_word(field)) if field else None,
        Fact(_("Found"), _shown(refusal["found"], is_amount), is_code=True) if refusal.get("found") else None,
        Fact(_("Expected"), _shown(refusal["expected"], is_amount), is_code=True) if refusal.get("expected") else None,
    ]
    return [fact for fact in facts if fact is not None]


def field_word(name: str) -> str:
    """A field in words; a heading of a CSV stands for itself."""
    return str(FIELDS.get(name, name))


def place_word(where: str) -> str:
    """`line 3, remitter_name` as people say it."""
    if where == "end of file":
        return _("End of the file")
    found = _PLACE.fullmatch(where)
    if found is None:
        return where
    kind, number, field = found.groups()
    said = _("Line %(number)s") if kind == "line" else _("Entry %(number)s")
    place = said % {"number": number}
    return f"{place} · {field_word(field)}" if field else place


def oddities(deviations: Sequence[Mapping[str, Any]]) -> list[Oddities]:
    """The deviations of a file by kind, the most frequent first."""
    ordered = sorted(deviations, key=lambda one: str(one["code"]))
    found = []
    for code, each in groupby(ordered, key=lambda one: str(one["code"])):
        some = list(each)
        examples = [(place_word(str(one["where"])), str(one["found"]), str(one["meaning"])) for one in some[:EXAMPLES]]
        found.append(Oddities(deviation_word(code), len(some), examples))
    return sorted(found, key=lambda one: -one.count)


def _shown(value: Any, is_amount: bool) -> str:
    """Amounts of a proof are in minor units of yen accounts: grouped, so that one digit is seen to differ."""
    text = str(value)
    return f"{int(text):,}" if is_amount and re.fullmatch(r"-?\d{1,18}", text) else text
