"""The keys under which a deposit's candidates are looked up, so that a database fetches only what can matter."""

import re
from dataclasses import dataclass

from tokui.customers.names import folded, half_width_length
from tokui.payments.matching.facts import DepositFacts, Id, Policy

_LETTERED = re.compile(r"[A-Z]{1,8}[-\s./]?\d[\d-]*\d")
_DIGITS = re.compile(r"\d[\d-]{2,}\d")
_DIGIT = re.compile(r"\d")
_LETTERS = re.compile(r"[A-Z]+")
_NOT_PLAIN = re.compile(r"[^0-9A-Z]+")
_SHORTEST_NUMBER = 4


@dataclass(frozen=True, slots=True)
class CandidateKeys:
    """What to look up for one deposit; empty text means: not this way.

    references: equal to one of `reference_keys(invoice.number)`. strict, loose: equal to a payer name's key. cut: the
    payer's loose key starts with it. stem: the same, only to suggest similar names (bound the number of rows).
    learned: (bank account, strict key). amount_minor: open invoices of just this amount (bound the number of rows).
    """

    references: tuple[str, ...]
    strict: str
    loose: str
    cut: str
    stem: str
    remitter_code: str
    virtual_account: str
    learned: tuple[Id, str]
    amount_minor: int


def candidate_keys(deposit: DepositFacts, policy: Policy | None = None) -> CandidateKeys:
    """Pure, for one deposit. Collect the keys of a batch, then fetch in a constant number of statements."""
    name = deposit.name
    usable = name.is_usable
    return CandidateKeys(
        references=reference_tokens(deposit),
        strict=name.strict if usable else "",
        loose=name.loose if usable else "",
        cut=cut_prefix(deposit, policy or Policy()),
        stem=stem_of(name.loose),
        remitter_code=deposit.remitter_code.strip(),
        virtual_account=deposit.virtual_account.strip(),
        learned=(deposit.bank_account_id, name.strict if name.strict else deposit.payer_raw.strip()),
        amount_minor=deposit.amount_minor,
    )


def reference_keys(number: str) -> tuple[str, ...]:
    """How an invoice number may be quoted: letters and digits without marks, and its digits alone if four or more."""
    plain = _NOT_PLAIN.sub("", number.upper() if number.isascii() else folded(number))
    digits = _LETTERS.sub("", plain)
    return (plain,) if len(digits) < _SHORTEST_NUMBER or digits == plain else (plain, digits)


def reference_tokens(deposit: DepositFacts) -> tuple[str, ...]:
    """Everything in the deposit's texts that could be an invoice number, in a stable order."""
    found: dict[str, None] = {}
    for text in (deposit.edi, deposit.text, deposit.payer_raw):
        if text and _DIGIT.search(text):
            line = folded(text)
            found.update(dict.fromkeys(_NOT_PLAIN.sub("", token) for token in _LETTERED.findall(line)))
            for run in _DIGITS.findall(line):
                found[run.replace("-", "")] = None
                found.update(dict.fromkeys(part for part in run.split("-") if len(part) >= _SHORTEST_NUMBER))
    return tuple(found)


def cut_prefix(deposit: DepositFacts, policy: Policy) -> str:
    """The loose key less its last letter when the name fills a field at which banks cut; else nothing.

    The last letter may have lost its voicing mark, so it is left out of the comparison.
    """
    loose = deposit.name.loose
    if len(loose) < 6 or half_width_length(deposit.payer_raw.rstrip()) not in policy.cuts:
        return ""
    return loose[:-1]


def stem_of(loose: str) -> str:
    """The first letters that a misspelt name still shares with the right one."""
    return loose[:4] if len(loose) >= 6 else ""
