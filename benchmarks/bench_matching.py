"""Matching in memory: the frozen world through the matcher, a table per case, and the promise that it must keep.

    python -m benchmarks.bench_matching [DEPOSITS] [INVOICES]

Reading a database is not part of this figure; the facts are passed whole, more than a database would fetch. `recall`
is the share of identifiable deposits posted rightly; `top` the share of deposits whose first proposal is the truth.
"""

import argparse
import os
import platform
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.matching_facts import RawDeposit, RawInvoice, RawPayer, Truth, Verdict
from benchmarks.matching_world import scenes
from tokui.customers.names import name_key
from tokui.payments.matching import (
    DepositFacts,
    Grade,
    InvoiceFacts,
    LearnedName,
    PayerFacts,
    PayerName,
    Proposal,
    match,
)

RELATIVE_WEIGHT = 90


@dataclass(slots=True)
class Facts:
    deposits: list[DepositFacts]
    payers: list[PayerFacts]
    invoices: list[InvoiceFacts]
    truths: dict[int, Truth]


@dataclass(slots=True)
class Tally:
    deposits: int = 0
    identifiable: int = 0
    posted: int = 0
    right: int = 0
    forbidden: int = 0
    top: int = 0

    @property
    def precision(self) -> float:
        return self.right / self.posted if self.posted else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.identifiable if self.identifiable else 1.0

    def add(self, other: "Tally") -> None:
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("deposits", type=int, nargs="?", default=100_000)
    parser.add_argument("invoices", type=int, nargs="?", default=1_000_000)
    arguments = parser.parse_args()
    started = time.process_time()
    facts = gathered(arguments.deposits, arguments.invoices)
    keyed = time.process_time()
    proposals = match(facts.deposits, facts.payers, facts.invoices)
    finished = time.process_time()
    tallies = judged(proposals, facts.truths)
    print(table(tallies))
    print(f"\n{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} CPUs, one used")
    print(f"{len(facts.deposits):,} deposits, {len(facts.invoices):,} open invoices, {len(facts.payers):,} customers")
    print(f"world made and names reduced to keys: {keyed - started:.1f} s CPU")
    print(f"matched: {finished - keyed:.1f} s CPU, {len(facts.deposits) / (finished - keyed):,.0f} deposits/s")
    check(tallies)


def gathered(deposits: int, invoices: int) -> Facts:
    """The raw world as the facts that a database would deliver."""
    facts = Facts([], [], [], {})
    for scene in scenes(deposits, invoices):
        facts.payers.extend(payer_facts(payer) for payer in scene.payers)
        facts.invoices.extend(invoice_facts(invoice) for invoice in scene.invoices)
        facts.deposits.extend(deposit_facts(deposit) for deposit in scene.deposits)
        facts.truths.update((truth.deposit_id, truth) for truth in scene.truths)
    return facts


def deposit_facts(raw: RawDeposit) -> DepositFacts:
    return DepositFacts(
        id=raw.id,
        amount_minor=raw.amount_minor,
        currency="JPY",
        booked_on=raw.booked_on,
        name=name_key(raw.payer_raw),
        payer_raw=raw.payer_raw,
        bank_account_id=raw.bank_account,
        text=raw.text,
        edi=raw.edi,
        remitter_code=raw.remitter_code,
        virtual_account=raw.virtual_account,
    )


def invoice_facts(raw: RawInvoice) -> InvoiceFacts:
    return InvoiceFacts(
        raw.id, raw.number, raw.customer_id, None, raw.open_minor, "JPY", due_on=raw.due_on, issued_on=raw.issued_on
    )


def payer_facts(raw: RawPayer) -> PayerFacts:
    relatives = (PayerName(name_key(kana), kind, RELATIVE_WEIGHT) for kind, kana in raw.relatives)
    return PayerFacts(
        customer_id=raw.customer_id,
        names=(PayerName(name_key(raw.kana)), *relatives),
        learned=tuple(LearnedName(name_key(kana).strict, account) for account, kana in raw.aliases),
        remitter_codes=tuple(raw.remitter_codes),
        virtual_accounts=tuple(raw.virtual_accounts),
    )


def judged(proposals: Iterable[Proposal], truths: dict[int, Truth]) -> dict[str, Tally]:
    """By case, from the first proposal of every deposit."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    seen = set()
    for proposal in proposals:
        if proposal.deposit_id in seen:
            continue
        seen.add(proposal.deposit_id)
        truth = truths[proposal.deposit_id]  # type: ignore[index]
        tally = tallies[truth.case]
        is_right = set(proposal.allocations) == set(truth.allocations) and proposal.fee_minor == truth.fee_minor
        is_posted = proposal.grade is Grade.CERTAIN
        tally.deposits += 1
        tally.identifiable += truth.verdict is Verdict.IDENTIFIABLE
        tally.posted += is_posted
        tally.forbidden += is_posted and truth.verdict is Verdict.AMBIGUOUS
        tally.right += is_posted and is_right
        tally.top += is_right
    return dict(sorted(tallies.items()))


def check(tallies: dict[str, Tally]) -> None:
    """The promise: nothing ambiguous is posted, 99.9 % of postings are right, 90 % of the identifiable are posted."""
    total = summed(tallies)
    assert total.forbidden == 0, f"{total.forbidden} ambiguous deposits were posted"
    assert total.precision >= 0.999, f"precision {total.precision:.4%}"
    assert total.recall >= 0.90, f"recall {total.recall:.2%}"


def summed(tallies: dict[str, Tally]) -> Tally:
    total = Tally()
    for tally in tallies.values():
        total.add(tally)
    return total


def table(tallies: dict[str, Tally]) -> str:
    head = f"{'case':<26}{'deposits':>9}{'posted':>8}{'right':>8}{'wrong':>7}{'forbidden':>10}"
    lines = [head + f"{'precision':>11}{'recall':>9}{'top':>8}"]
    for case, tally in [*tallies.items(), ("all", summed(tallies))]:
        wrong = tally.posted - tally.right
        lines.append(
            f"{case:<26}{tally.deposits:>9,}{tally.posted:>8,}{tally.right:>8,}{wrong:>7,}{tally.forbidden:>10,}"
            f"{_percent(tally.right, tally.posted):>11}{_percent(tally.right, tally.identifiable):>9}"
            f"{_percent(tally.top, tally.deposits):>8}"
        )
    return "\n".join(lines)


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.2%}" if whole else "-"


if __name__ == "__main__":
    main()
