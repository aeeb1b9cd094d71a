"""Deposits and open invoices in, proposals with reasons out. Pure: the same facts give the same answers in any order.

*Certain* needs a sign of who paid AND an amount that exactly one set of that payer's invoices explains, with nobody
else in question; it is never given on a name alone, to a deposit whose proposal a person has refused, or to two
deposits for the same open amount. Everything else is *likely* or *unknown* and waits for a person with its reasons.

    keys = [candidate_keys(deposit, policy) for deposit in deposits]   # fetch only what these can reach
    proposals = match(deposits, payers, invoices, policy, declined)
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace

from tokui.payments.matching.contest import uncontested
from tokui.payments.matching.decide import ONLY_AMOUNT_LIMIT, Candidate, by_amount_alone, propose
from tokui.payments.matching.facts import (
    Code,
    DepositFacts,
    EarlierPayment,
    Grade,
    Id,
    InvoiceFacts,
    LearnedName,
    PayerFacts,
    PayerName,
    Policy,
    Proposal,
    Reason,
)
from tokui.payments.matching.identity import Register
from tokui.payments.matching.keys import CandidateKeys, candidate_keys, reference_keys
from tokui.payments.matching.sharing import Share, shares
from tokui.payments.matching.together import joint_proposals, part_of

__all__ = [
    "CandidateKeys",
    "Code",
    "DepositFacts",
    "EarlierPayment",
    "Grade",
    "Id",
    "InvoiceFacts",
    "LearnedName",
    "PayerFacts",
    "PayerName",
    "Policy",
    "Proposal",
    "Reason",
    "Share",
    "candidate_keys",
    "match",
    "reference_keys",
    "shares",
]


def match(
    deposits: Iterable[DepositFacts],
    payers: Iterable[PayerFacts],
    invoices: Iterable[InvoiceFacts],
    policy: Policy | None = None,
    declined: Set[tuple[Id, Id]] = frozenset(),
    earlier: Mapping[Id, Sequence[EarlierPayment]] | None = None,
) -> list[Proposal]:
    """Up to `policy.max_proposals` answers for every deposit, best first; only the first may be certain.

    Deposits come back in the order of booking day and id. `declined` holds (deposit, invoice) pairs that a person
    refused or undid; they are never proposed again. Payers and invoices may be more than needed; an invoice whose payer
    is not among `payers` can still be found by its number. `earlier` tells by deposit of the same payment before it.
    """
    policy = policy or Policy()
    ordered = sorted(deposits, key=lambda deposit: (deposit.booked_on, deposit.id))
    invoices = list(invoices)
    keys = {deposit.id: candidate_keys(deposit, policy) for deposit in ordered}
    register = Register(payers, invoices, keys.values(), policy)
    refused: dict[Id, set[Id]] = defaultdict(set)
    for deposit_id, invoice_id in declined:
        refused[deposit_id].add(invoice_id)
    answers: dict[Id, list[Proposal]] = {}
    candidates: dict[Id, list[Candidate]] = {}
    for deposit in ordered:
        before = (earlier or {}).get(deposit.id, ())
        found, answers[deposit.id] = propose(
            deposit, keys[deposit.id], register, policy, frozenset(refused.get(deposit.id, ())), before
        )
        candidates[deposit.id] = found
    _join(ordered, candidates, answers, register, policy, refused, declined)
    _settle(ordered, answers, invoices)
    _fill_in(ordered, answers, invoices, refused)
    return [answer for deposit in ordered for answer in answers[deposit.id]]


def _join(
    deposits: list[DepositFacts],
    candidates: dict[Id, list[Candidate]],
    answers: dict[Id, list[Proposal]],
    register: Register,
    policy: Policy,
    refused: dict[Id, set[Id]],
    declined: Set[tuple[Id, Id]],
) -> None:
    """Deposits that only together explain an invoice get that answer in front of their own."""
    parts = [
        part
        for deposit in deposits
        if (part := part_of(deposit, candidates[deposit.id], deposit.id in refused)) is not None
    ]
    taken = frozenset(invoice for best in _certain(answers).values() for invoice, _ in best.allocations)
    for deposit_id, joint in joint_proposals(parts, register, policy, taken, frozenset(declined)).items():
        answers[deposit_id] = [joint, *answers[deposit_id]][: policy.max_proposals]


def _settle(deposits: list[DepositFacts], answers: dict[Id, list[Proposal]], invoices: list[InvoiceFacts]) -> None:
    """Take certainty away where two deposits want the same money."""
    certain = _certain(answers)
    claimed = {invoice for best in certain.values() for invoice, _ in best.allocations}
    open_minor = {invoice.id: invoice.open_minor for invoice in invoices if invoice.id in claimed}
    by_id = {deposit.id: deposit for deposit in deposits}
    corrected = uncontested(certain, by_id, open_minor)
    broken = {deposit_id for deposit_id, answer in corrected.items() if answer.grade is not Grade.CERTAIN}
    for deposit_id, answer in corrected.items():
        partners = dict(answer.reasons[-1].fields).get("deposits", ()) if Code.AMOUNT_TOGETHER in answer.codes else ()
        if answer.grade is Grade.CERTAIN and broken.intersection(partners):
            answer = replace(answer, grade=Grade.LIKELY)
        answers[deposit_id][0] = answer


def _fill_in(
    deposits: list[DepositFacts],
    answers: dict[Id, list[Proposal]],
    invoices: list[InvoiceFacts],
    refused: dict[Id, set[Id]],
) -> None:
    """Where nothing tells the payer, open invoices of just this amount are better than an empty page."""
    lost = [deposit for deposit in deposits if answers[deposit.id][0].customer_id is None]
    wanted = {(deposit.amount_minor, deposit.currency) for deposit in lost}
    same: dict[tuple[int, str], list[InvoiceFacts]] = defaultdict(list)
    enough = ONLY_AMOUNT_LIMIT + 1 + max(map(len, refused.values()), default=0)
    for invoice in invoices if wanted else ():
        amount = invoice.open_minor, invoice.currency
        if amount in wanted and len(same[amount]) < enough:
            same[amount].append(invoice)
    for deposit in lost:
        fitting = [
            invoice
            for invoice in same[deposit.amount_minor, deposit.currency]
            if invoice.id not in refused.get(deposit.id, ())
        ]
        fitting.sort(key=lambda invoice: (invoice.due_on, invoice.number, invoice.id))
        answers[deposit.id] = by_amount_alone(deposit, fitting) or answers[deposit.id]


def _certain(answers: dict[Id, list[Proposal]]) -> dict[Id, Proposal]:
    return {deposit_id: found[0] for deposit_id, found in answers.items() if found[0].grade is Grade.CERTAIN}
