"""Who may have paid: the signs by which a deposit points at payers, and when one of them is beyond doubt."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from tokui.customers.names import without_voicing
from tokui.payments.matching.amounts import oldest_first
from tokui.payments.matching.facts import (
    Code,
    DepositFacts,
    Id,
    InvoiceFacts,
    PayerFacts,
    PayerName,
    Policy,
    Reason,
)
from tokui.payments.matching.keys import CandidateKeys, reference_keys, stem_of

_WEIGHTS = {
    Code.VIRTUAL_ACCOUNT: 60,
    Code.REFERENCE: 60,
    Code.REMITTER_CODE: 55,
    Code.LEARNED_NAME: 55,
    Code.NAME_EQUAL: 45,
    Code.NAME_ALIKE: 40,
    Code.NAME_CUT: 35,
    Code.NAME_SIMILAR: 20,
}
_FURTHER_SIGN = 5
_MOST_LOOKED_AT = 200
_MOST_BEARERS = 50


@dataclass(slots=True)
class Signs:
    """What in a deposit points at one payer."""

    payer: Id
    account: Reason | None = None
    named: list[InvoiceFacts] = field(default_factory=list)
    name: Reason | None = None
    is_legal_form_other: bool = False
    bearer_id: Id | None = None

    @property
    def reasons(self) -> list[Reason]:
        numbers = tuple(invoice.number for invoice in self.named)
        reference = Reason(Code.REFERENCE, _WEIGHTS[Code.REFERENCE], (("numbers", numbers),)) if numbers else None
        held = [reason for reason in (self.account, reference, self.name) if reason]
        held.sort(key=lambda reason: -reason.weight)
        return held[:1] + [Reason(reason.code, _FURTHER_SIGN, reason.fields) for reason in held[1:]]

    @property
    def strength(self) -> tuple[bool, bool, int]:
        """Account, reference, name. A cut name counts like a whole one, because all of what was seen agrees; a similar
        name, or one with another legal form, counts less."""
        return self.account is not None, bool(self.named), self._name_level

    @property
    def _name_level(self) -> int:
        if self.name is None:
            return 0
        return 1 if self.is_legal_form_other or self.name.code is Code.NAME_SIMILAR else 2

    @property
    def is_firm(self) -> bool:
        return self.strength > (False, False, 1)

    def outweighs(self, other: "Signs") -> bool:
        """At least as strong in every kind of sign, and stronger in one."""
        mine, theirs = self.strength, other.strength
        return mine != theirs and all(own >= their for own, their in zip(mine, theirs, strict=True))


class Register:
    """Payers and open invoices, indexed by what a deposit may carry. Nothing is indexed that no deposit asks for."""

    def __init__(
        self,
        payers: Iterable[PayerFacts],
        invoices: Iterable[InvoiceFacts],
        asked: Iterable[CandidateKeys],
        policy: Policy,
    ) -> None:
        self.policy = policy
        asked = list(asked)
        self._index_payers(payers, {key.stem for key in asked} - {""})
        self._index_invoices(invoices, {token for key in asked for token in key.references})

    def _index_payers(self, payers: Iterable[PayerFacts], stems: set[str]) -> None:
        self.by_code: dict[str, dict[Id, None]] = defaultdict(dict)
        self.by_account: dict[str, dict[Id, None]] = defaultdict(dict)
        self.by_learned: dict[tuple[Id | None, str], dict[Id, None]] = defaultdict(dict)
        self.by_name: dict[str, list[tuple[PayerName, Id]]] = defaultdict(list)
        self.by_stem: dict[str, list[tuple[PayerName, Id]]] = defaultdict(list)
        for payer in payers:
            for code in payer.remitter_codes:
                self.by_code[code][payer.customer_id] = None
            for account in payer.virtual_accounts:
                self.by_account[account][payer.customer_id] = None
            for learned in payer.learned:
                self.by_learned[learned.bank_account_id, learned.strict][payer.customer_id] = None
            for name in payer.names:
                if name.key.is_usable:
                    self.by_name[name.key.loose].append((name, payer.customer_id))
                    if (stem := stem_of(name.key.loose)) in stems:
                        self.by_stem[stem].append((name, payer.customer_id))
        for bucket in self.by_stem.values():
            bucket.sort(key=lambda entry: (entry[0].key.loose, entry[1]))
        self.sorted_names = sorted(self.by_name)

    def _index_invoices(self, invoices: Iterable[InvoiceFacts], tokens: set[str]) -> None:
        self.by_payer: dict[Id, list[InvoiceFacts]] = defaultdict(list)
        self.by_reference: dict[str, list[InvoiceFacts]] = defaultdict(list)
        self._unsorted: set[Id] = set()
        for invoice in invoices:
            if invoice.open_minor <= 0:
                continue
            for payer in parties(invoice):
                self.by_payer[payer].append(invoice)
            if tokens:
                for key in reference_keys(invoice.number):
                    if key in tokens:
                        self.by_reference[key].append(invoice)
        self._unsorted.update(self.by_payer)

    def open_of(self, payer: Id, currency: str) -> list[InvoiceFacts]:
        """Oldest first."""
        if payer in self._unsorted:
            self.by_payer[payer].sort(key=oldest_first)
            self._unsorted.discard(payer)
        return [invoice for invoice in self.by_payer.get(payer, ()) if invoice.currency == currency]

    def who(self, deposit: DepositFacts, keys: CandidateKeys) -> dict[Id, Signs]:
        """Every payer the deposit points at, with the signs."""
        found: dict[Id, Signs] = {}
        for code, payers, value in self._accounts(keys):
            for payer in payers:
                signs = found.setdefault(payer, Signs(payer))
                signs.account = signs.account or Reason(code, _WEIGHTS[code], (("value", value),))
        for invoice in self._referenced(keys, deposit.currency):
            for payer in parties(invoice):
                found.setdefault(payer, Signs(payer)).named.append(invoice)
        for code, name, payer in self._named(keys) or (() if found else self._similar(keys)):
            _add_name(found.setdefault(payer, Signs(payer)), code, name, deposit)
        return found

    def _accounts(self, keys: CandidateKeys) -> Iterator[tuple[Code, Iterable[Id], str]]:
        bank_account, strict = keys.learned
        if keys.virtual_account:
            yield Code.VIRTUAL_ACCOUNT, self.by_account.get(keys.virtual_account, ()), keys.virtual_account
        if keys.remitter_code:
            yield Code.REMITTER_CODE, self.by_code.get(keys.remitter_code, ()), keys.remitter_code
        if strict:
            yield Code.LEARNED_NAME, self.by_learned.get((bank_account, strict), ()), strict
            yield Code.LEARNED_NAME, self.by_learned.get((None, strict), ()), strict

    def _referenced(self, keys: CandidateKeys, currency: str) -> list[InvoiceFacts]:
        found = {
            invoice.id: invoice
            for token in keys.references
            for invoice in self.by_reference.get(token, ())
            if invoice.currency == currency
        }
        return sorted(found.values(), key=oldest_first)

    def _named(self, keys: CandidateKeys) -> list[tuple[Code, PayerName, Id]]:
        if not keys.loose:
            return []
        found = [
            (Code.NAME_EQUAL if name.key.strict == keys.strict else Code.NAME_ALIKE, name, payer)
            for name, payer in self._bearers(keys.loose)
        ]
        if keys.cut:
            start = bisect_left(self.sorted_names, keys.cut)
            for place in range(start, min(start + _MOST_LOOKED_AT, len(self.sorted_names))):
                loose = self.sorted_names[place]
                if not loose.startswith(keys.cut):
                    break
                if loose != keys.loose and _continues(loose, keys):
                    found.extend((Code.NAME_CUT, name, payer) for name, payer in self._bearers(loose))
        return found

    def _bearers(self, loose: str) -> list[tuple[PayerName, Id]]:
        """Who has this name; of very many the first, since none of them can be told from the others by it."""
        entries = self.by_name.get(loose, [])
        if len(entries) <= _MOST_BEARERS:
            return entries
        return sorted(entries, key=lambda entry: entry[1])[:_MOST_BEARERS]

    def _similar(self, keys: CandidateKeys) -> Iterator[tuple[Code, PayerName, Id]]:
        for name, payer in self.by_stem.get(keys.stem, ())[:_MOST_LOOKED_AT]:
            if fuzz.ratio(name.key.loose, keys.loose) >= self.policy.similarity:
                yield Code.NAME_SIMILAR, name, payer


def _continues(loose: str, keys: CandidateKeys) -> bool:
    """A register name goes on where the seen one was cut; the last letter seen may have lost its voicing mark."""
    following = loose[len(keys.cut) : len(keys.loose)]
    return keys.loose[-1] in (following, without_voicing(following))


def parties(invoice: InvoiceFacts) -> tuple[Id, ...]:
    """Who may pay an invoice: whom it is addressed to, and whose it is."""
    if invoice.bill_to_id is None or invoice.bill_to_id == invoice.customer_id:
        return (invoice.customer_id,)
    return (invoice.bill_to_id, invoice.customer_id)


def _add_name(signs: Signs, code: Code, name: PayerName, deposit: DepositFacts) -> None:
    weight = _WEIGHTS[code] * name.weight // 100
    if signs.name is not None and signs.name.weight >= weight:
        return
    signs.name = Reason(code, weight, (("whose", name.kind), ("seen", deposit.name.strict), ("known", name.key.strict)))
    signs.bearer_id = name.bearer_id
    signs.is_legal_form_other = _differ(name.key.legal_form, deposit.name.legal_form)


def _differ(one: str, other: str) -> bool:
    """Two legal forms that cannot be the same: シ may be the beginning of シヤ, and none says nothing."""
    return bool(one and other) and not (one.startswith(other) or other.startswith(one))
