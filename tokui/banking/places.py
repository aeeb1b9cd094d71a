"""Where in a bank file something stands, and what stood there, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tokui.banking.words import deviation_word

#: Names of fields as the connectors write them: Zengin records, CSV roles, MT940 tags, and the proof of a file.
FIELDS: dict[str, str | Promise] = {
    "account": gettext_lazy("Bank account"),
    "account_count": gettext_lazy("Number of accounts"),
    "account_name": gettext_lazy("Account holder"),
    "account_number": gettext_lazy("Account number"),
    "account_type": gettext_lazy("Kind of account"),
    "amount": gettext_lazy("Amount"),
    "balance": gettext_lazy("Balance"),
    "balance_minor": gettext_lazy("Balance"),
    "bank_code": gettext_lazy("Bank code"),
    "bank_name": gettext_lazy("Bank name"),
    "booked_on": gettext_lazy("Booking day"),
    "branch_code": gettext_lazy("Branch code"),
    "branch_name": gettext_lazy("Branch name"),
    "cancel": gettext_lazy("Cancellation mark"),
    "closing_balance": gettext_lazy("Closing balance"),
    "closing_minor": gettext_lazy("Closing balance"),
    "created_on": gettext_lazy("Day of creation"),
    "currency": gettext_lazy("Currency"),
    "data_count": gettext_lazy("Number of data records"),
    "date": gettext_lazy("Date"),
    "delimiter": gettext_lazy("Delimiter"),
    "direction": gettext_lazy("In or out"),
    "edi": gettext_lazy("EDI text"),
    "from_on": gettext_lazy("First day"),
    "in_amount": gettext_lazy("Total in"),
    "in_count": gettext_lazy("Count in"),
    "in_minor": gettext_lazy("Total in"),
    "in_out": gettext_lazy("In or out"),
    "inquiry_no": gettext_lazy("Inquiry number"),
    "kind": gettext_lazy("Kind"),
    "money_in": gettext_lazy("Money in"),
    "money_out": gettext_lazy("Money out"),
    "native_id": gettext_lazy("The bank's own number"),
    "opening_balance": gettext_lazy("Opening balance"),
    "out_amount": gettext_lazy("Total out"),
    "out_count": gettext_lazy("Count out"),
    "out_minor": gettext_lazy("Total out"),
    "payer": gettext_lazy("Payer's name"),
    "payer_code": gettext_lazy("Remitter code"),
    "record_count": gettext_lazy("Number of records"),
    "record_type": gettext_lazy("Record type"),
    "reference": gettext_lazy("Reference number"),
    "remitter_code": gettext_lazy("Remitter code"),
    "remitter_name": gettext_lazy("Remitter's name"),
    "sign": gettext_lazy("Sign"),
    "summary": gettext_lazy("Remark"),
    "tag": gettext_lazy("Tag"),
    "text": gettext_lazy("Remark"),
    "to_on": gettext_lazy("Last day"),
    "total_amount": gettext_lazy("Total"),
    "total_count": gettext_lazy("Count"),
    "type_code": gettext_lazy("Type code"),
    "virtual_account": gettext_lazy("Virtual account"),
    "opening_minor": gettext_lazy("Opening balance"),
    "value_date": gettext_lazy("Value day"),
    "value_on": gettext_lazy("Value day"),
}
EXAMPLES = 3
#: Refusals in which a file contradicts itself: nothing in it is "expected", it states one thing and its rows make another.
PROOFS = ("count_differs", "total_differs", "balance_differs", "balance_broken")
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
    is_proof = refusal.get("code") in PROOFS
    found, expected = (_("Its rows make"), _("The file states")) if is_proof else (_("Found"), _("Expected"))
    facts = [
        Fact(_("Line"), str(refusal["line"])) if refusal.get("line") else None,
        Fact(_("Column"), str(refusal["column"])) if refusal.get("column") else None,
        Fact(_("Field"), field_word(field)) if field else None,
        Fact(found, _shown(refusal["found"], is_amount), is_code=True) if refusal.get("found") else None,
        Fact(expected, _shown(refusal["expected"], is_amount), is_code=True) if refusal.get("expected") else None,
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
