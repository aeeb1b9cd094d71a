"""Several deposits of one payer that only together make sense (N:1 and N:M)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain, combinations
from typing import TypeVar

from tokui.payments.matching.amounts import FitKind
from tokui.payments.matching.decide import Candidate
from tokui.payments.matching.facts import Code, DepositFacts, Grade, Id, InvoiceFacts, Policy, Proposal, Reason
from tokui.payments.matching.identity import Register

T = TypeVar("T")

_WEIGHT = 35
_HARMLESS = {Code.OTHER_SET_FITS, Code.OLDEST_FIRST}


@dataclass(frozen=True, slots=True)
class Part:
    """A deposit whose best answer is a part of what its payer owes, and nobody else's."""

    deposit: DepositFacts
    candidate: Candidate


def joint_proposals(
    parts: Iterable[Part], register: Register, policy: Policy, taken: frozenset[Id], declined: frozenset[tuple[Id, Id]]
) -> dict[Id, Proposal]:
    """Answers by deposit where exactly one set of deposits equals exactly one set of a payer's invoices.

    `taken` invoices have a certain answer of their own. More than `max_together` deposits or `max_subset`
    invoices of one payer are left to a person: among many sums some agree by accident.
    """
    by_payer: dict[tuple[Id, str], list[Part]] = defaultdict(list)
    for part in parts:
        by_payer[part.candidate.signs.payer, part.deposit.currency].append(part)
    joint: dict[Id, Proposal] = {}
    for (payer, currency), group in by_payer.items():
        if 2 <= len(group) <= policy.max_together:
            opened = [invoice for invoice in register.open_of(payer, currency) if invoice.id not in taken]
            if len(opened) <= policy.max_subset:
                joint.update(_joined(sorted(group, key=_in_order), opened, policy, declined))
    return joint


def part_of(deposit: DepositFacts, candidates: list[Candidate], declined: bool) -> Part | None:
    """The deposit as a part, if its payer is beyond doubt and its amount only pays something off."""
    if not candidates or declined:
        return None
    best = candidates[0]
    if not best.fit or best.fit.kind is not FitKind.PARTIAL or best.fit.is_named or not best.signs.is_firm:
        return None
    return None if {doubt.code for doubt in best.doubts} - _HARMLESS else Part(deposit, best)


def _joined(
    group: list[Part], opened: list[InvoiceFacts], policy: Policy, declined: frozenset[tuple[Id, Id]]
) -> Mapping[Id, Proposal]:
    sums: dict[int, list[tuple[InvoiceFacts, ...]]] = defaultdict(list)
    for chosen in _subsets(opened, 1):
        sums[sum(invoice.open_minor for invoice in chosen)].append(chosen)
    hits = [
        (parts, invoices)
        for parts in _subsets(group, 2)
        if (parts[-1].deposit.booked_on - parts[0].deposit.booked_on).days <= policy.together_days
        for invoices in sums.get(sum(part.deposit.amount_minor for part in parts), ())
        if not any((part.deposit.id, invoice.id) in declined for part in parts for invoice in invoices)
    ]
    return _shared_out(*hits[0], policy) if len(hits) == 1 else {}


def _shared_out(parts: tuple[Part, ...], invoices: tuple[InvoiceFacts, ...], policy: Policy) -> Mapping[Id, Proposal]:
    """The earliest deposit pays the oldest invoice first."""
    missing = {invoice.id: invoice.open_minor for invoice in invoices}
    total = sum(missing.values())
    shared: dict[Id, Proposal] = {}
    for part in parts:
        left, allocations = part.deposit.amount_minor, []
        for invoice in invoices:
            if amount := min(left, missing[invoice.id]):
                allocations.append((invoice.id, amount))
                missing[invoice.id] -= amount
                left -= amount
        fields = (
            ("amount_minor", part.deposit.amount_minor),
            ("total_minor", total),
            ("deposits", tuple(other.deposit.id for other in parts)),
        )
        identity = part.candidate.signs.reasons
        score = min(99, sum(reason.weight for reason in identity) + _WEIGHT)
        shared[part.deposit.id] = Proposal(
            part.deposit.id,
            tuple(allocations),
            part.candidate.signs.payer,
            Grade.CERTAIN if score >= policy.certain_threshold else Grade.LIKELY,
            score,
            (*identity, Reason(Code.AMOUNT_TOGETHER, _WEIGHT, fields)),
        )
    if any(answer.grade is not Grade.CERTAIN for answer in shared.values()):
        return {}
    return shared


def _in_order(part: Part) -> tuple[object, ...]:
    return (part.deposit.booked_on, part.deposit.id)


def _subsets(items: list[T], least: int) -> Iterable[tuple[T, ...]]:
    return chain.from_iterable(combinations(items, size) for size in range(least, len(items) + 1))
