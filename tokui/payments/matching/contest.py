"""No two certain answers may take the same open amount."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from tokui.payments.matching.facts import Code, DepositFacts, Grade, Id, Proposal, Reason


def uncontested(
    answers: Mapping[Id, Proposal], deposits: Mapping[Id, DepositFacts], open_minor: Mapping[Id, int]
) -> dict[Id, Proposal]:
    """The certain answers with those corrected that together take more than an invoice holds.

    Where one payer sent the same amount for the same invoices again, the first transfer keeps its answer and the later
    ones are held as paid twice. Any other clash is left to a person on all sides.
    """
    claims: dict[Id, list[Proposal]] = defaultdict(list)
    for answer in answers.values():
        for invoice, _ in answer.allocations:
            claims[invoice].append(answer)
    corrected = dict(answers)
    for invoice, claiming in claims.items():
        taken = sum(amount for answer in claiming for claimed, amount in answer.allocations if claimed == invoice)
        if len(claiming) > 1 and taken > open_minor[invoice]:
            _correct(invoice, claiming, deposits, corrected)
    return corrected


def _correct(
    invoice: Id, claiming: list[Proposal], deposits: Mapping[Id, DepositFacts], corrected: dict[Id, Proposal]
) -> None:
    ordered = sorted(claiming, key=lambda answer: (deposits[answer.deposit_id].booked_on, answer.deposit_id))
    are_same = len({(answer.customer_id, answer.allocations, answer.fee_minor) for answer in ordered}) == 1
    if are_same:
        first, *later = ordered
        for answer in later:
            corrected[answer.deposit_id] = _paid_twice(answer, deposits, first)
        return
    for answer in ordered:
        others = tuple(other.deposit_id for other in ordered if other.deposit_id != answer.deposit_id)
        reason = Reason(Code.INVOICE_CONTESTED, 0, (("invoice", invoice), ("deposits", others)))
        current = corrected[answer.deposit_id]
        if Code.PAID_TWICE not in current.codes:
            corrected[answer.deposit_id] = replace(
                current, grade=Grade.LIKELY, rivals=current.rivals + len(others), reasons=(*current.reasons, reason)
            )


def _paid_twice(answer: Proposal, deposits: Mapping[Id, DepositFacts], first: Proposal) -> Proposal:
    """Nothing is left to pay: the money is the payer's until a person decides."""
    reason = Reason(
        Code.PAID_TWICE, 0, (("first", first.deposit_id), ("on", deposits[first.deposit_id].booked_on.isoformat()))
    )
    return replace(
        answer,
        allocations=(),
        fee_minor=0,
        withheld=(),
        over_minor=deposits[answer.deposit_id].amount_minor,
        grade=Grade.LIKELY,
        reasons=(*answer.reasons, reason),
    )
