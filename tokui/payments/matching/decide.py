"""From signs and amounts to graded proposals for one deposit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tokui.payments.matching.amounts import Fit, FitKind, fits, named_fits, remainder
from tokui.payments.matching.facts import (
    Code,
    DepositFacts,
    EarlierPayment,
    Grade,
    Id,
    InvoiceFacts,
    Policy,
    Proposal,
    Reason,
)
from tokui.payments.matching.identity import Register, Signs, parties
from tokui.payments.matching.keys import CandidateKeys

ONLY_AMOUNT_LIMIT = 5


@dataclass(frozen=True, slots=True)
class Candidate:
    """A payer, a set of invoices, and what holds the answer back from being certain."""

    signs: Signs
    fit: Fit | None
    reasons: tuple[Reason, ...]
    doubts: tuple[Reason, ...] = ()

    @property
    def score(self) -> int:
        return max(0, min(99, sum(reason.weight for reason in (*self.reasons, *self.doubts))))

    @property
    def invoice_ids(self) -> frozenset[Id]:
        return frozenset(invoice.id for invoice in self.fit.invoices) if self.fit else frozenset()


def propose(
    deposit: DepositFacts,
    keys: CandidateKeys,
    register: Register,
    policy: Policy,
    declined: frozenset[Id],
    earlier: Sequence[EarlierPayment] = (),
) -> tuple[list[Candidate], list[Proposal]]:
    """The answers for one deposit, best first, as if it were alone; never empty.

    `declined` are the invoices that a person refused for this deposit: they are left out, and what is left is not
    certain, because a person has already looked at it. `earlier` are payments of which this may be a repetition.
    """
    found = register.who(deposit, keys) if deposit.amount_minor > 0 else {}
    opened = {payer: register.open_of(payer, deposit.currency) for payer in found}
    candidates = [
        candidate
        for signs in found.values()
        for candidate in _candidates(deposit, signs, opened[signs.payer], policy, declined)
    ]
    owing = frozenset(payer for payer, invoices in opened.items() if invoices)
    candidates = [_doubted_as_twice(deposit, candidate, earlier, policy) for candidate in candidates]
    candidates = _without_echoes(_doubted(candidates, found, owing, is_declined=bool(declined)))
    candidates.sort(key=_best_first)
    proposals = [proposal(deposit, candidate, policy) for candidate in candidates[: policy.max_proposals]]
    if not proposals:
        return [], [Proposal(deposit.id, (), None, Grade.UNKNOWN, 0, over_minor=deposit.amount_minor)]
    return candidates, [proposals[0], *(_not_certain(later) for later in proposals[1:])]


def proposal(deposit: DepositFacts, candidate: Candidate, policy: Policy) -> Proposal:
    """The candidate as an answer with amounts and grade."""
    allocations, over, short = _spread(deposit.amount_minor, candidate.fit)
    doubts = candidate.doubts
    rivals = sum(dict(doubt.fields).get("count", 0) for doubt in doubts)
    return Proposal(
        deposit_id=deposit.id,
        allocations=allocations,
        customer_id=candidate.signs.payer,
        grade=_grade(candidate, policy),
        score=candidate.score,
        reasons=(*candidate.reasons, *doubts),
        fee_minor=candidate.fit.fee_minor if candidate.fit else 0,
        over_minor=over,
        short_minor=short,
        rivals=rivals,
        withheld=candidate.fit.withheld if candidate.fit else (),
    )


def by_amount_alone(deposit: DepositFacts, invoices: Sequence[InvoiceFacts]) -> list[Proposal]:
    """Open invoices of just this amount, when nothing tells the payer: shown to a person, never more than UNKNOWN."""
    if not 0 < len(invoices) <= ONLY_AMOUNT_LIMIT:
        return []
    reason = Reason(Code.SAME_AMOUNT_ONLY, 30, (("amount_minor", deposit.amount_minor), ("count", len(invoices))))
    return [
        Proposal(
            deposit.id,
            ((invoice.id, invoice.open_minor),),
            parties(invoice)[0],
            Grade.UNKNOWN,
            30,
            (reason,),
            rivals=len(invoices) - 1,
        )
        for invoice in invoices
    ]


def _candidates(
    deposit: DepositFacts, signs: Signs, opened: list[InvoiceFacts], policy: Policy, declined: frozenset[Id]
) -> Iterable[Candidate]:
    identity, owed = signs.reasons, bool(opened or signs.named)
    opened = [invoice for invoice in opened if invoice.id not in declined]
    named = [invoice for invoice in signs.named if invoice.id not in declined]
    found = named_fits(deposit.amount_minor, named, policy) if named else []
    found = found or fits(deposit.amount_minor, opened, policy)
    if named and found and found[0].kind in (FitKind.PARTIAL, FitKind.OVER):
        found = [remainder(deposit.amount_minor, named, is_named=True)]
    if not found:
        code = Code.SET_ASIDE if owed else Code.NOTHING_OPEN
        nothing = Reason(code, 0, (("amount_minor", deposit.amount_minor),))
        yield Candidate(signs, None, (*identity, nothing))
    for place, fit in enumerate(found):
        yield Candidate(
            signs, fit, (*identity, _amount_reason(deposit, fit)), tuple(_own_doubts(signs, fit, place, policy))
        )


def _amount_reason(deposit: DepositFacts, fit: Fit) -> Reason:
    total = sum(invoice.open_minor for invoice in fit.invoices)
    count = len(fit.invoices)
    fields = (
        ("amount_minor", deposit.amount_minor),
        ("total_minor", total),
        ("count", count),
        ("fee_minor", fit.fee_minor),
        *((("withheld_minor", sum(tax for _invoice, tax in fit.withheld)),) if fit.is_withheld else ()),
    )
    if fit.kind is FitKind.EXACT and fit.is_withheld:
        return Reason(Code.AMOUNT_LESS_WITHHOLDING, 40 if count == 1 else 36, fields)
    if fit.kind is FitKind.EXACT:
        return Reason(Code.AMOUNT_EXACT, 40, fields) if count == 1 else Reason(Code.AMOUNT_SUM, 36, fields)
    if fit.kind is FitKind.LESS_FEE:
        return Reason(Code.AMOUNT_LESS_FEE, 32 if count == 1 else 28, fields)
    return Reason(Code.AMOUNT_PARTIAL if fit.kind is FitKind.PARTIAL else Code.AMOUNT_OVER, 10, fields)


def _own_doubts(signs: Signs, fit: Fit, place: int, policy: Policy) -> Iterable[Reason]:
    is_tie = fit.kind is FitKind.EXACT and fit.others > 0 and fit.is_single_tie
    if fit.others and not (policy.oldest_first_settles_ties and is_tie):
        yield Reason(Code.OTHER_SET_FITS, -place, (("count", fit.others),))
    if is_tie and place == 0:
        yield Reason(Code.OLDEST_FIRST, 0, (("due_on", fit.invoices[0].due_on.isoformat()),))
    if not fit.is_exhaustive:
        yield Reason(Code.SEARCH_LIMITED, 0, (("limit", policy.max_subset),))
    if signs.is_legal_form_other and signs.account is None and not signs.named:
        yield Reason(Code.LEGAL_FORM_DIFFERS, -15)
    if signs.named and not fit.is_named:
        yield Reason(Code.REFERENCE_DISAGREES, -25, (("numbers", tuple(invoice.number for invoice in signs.named)),))


def _doubted(
    candidates: list[Candidate], found: dict[Id, Signs], owing: frozenset[Id], *, is_declined: bool
) -> list[Candidate]:
    """With the doubts that other payers and people raise.

    Whoever is reached only by the candidate's own name (the pupil by the guardian's) and owes nothing is no rival.
    """
    doubted = []
    for candidate in candidates:
        owners = {party for invoice in (candidate.fit.invoices if candidate.fit else ()) for party in parties(invoice)}
        if candidate.signs.bearer_id is not None and candidate.signs.bearer_id not in owing:
            owners.add(candidate.signs.bearer_id)
        rivals = [
            other
            for payer, other in found.items()
            if payer != candidate.signs.payer
            and payer not in owners
            and not candidate.signs.outweighs(other)
            and not _is_reached_alike(other, candidate.signs, payer not in owing)
        ]
        doubts = list(candidate.doubts)
        if rivals:
            doubts.append(Reason(Code.OTHER_PAYER_FITS, 0, (("count", len(rivals)),)))
        if is_declined:
            doubts.append(Reason(Code.DECLINED_BEFORE, -5))
        doubted.append(replace(candidate, doubts=tuple(doubts)))
    return doubted


def _is_reached_alike(other: Signs, mine: Signs, owes_nothing: bool) -> bool:
    """Found only by the name of the candidate, or of the relative whose name found the candidate too."""
    return owes_nothing and other.bearer_id is not None and other.bearer_id in (mine.payer, mine.bearer_id)


def _doubted_as_twice(
    deposit: DepositFacts, candidate: Candidate, earlier: Sequence[EarlierPayment], policy: Policy
) -> Candidate:
    """With the doubt that the same money came before, unless the payer names the invoice or it is time for the next one."""
    fit = candidate.fit
    whose = {candidate.signs.payer, *(party for invoice in (fit.invoices if fit else ()) for party in parties(invoice))}
    explains_itself = fit is not None and fit.kind in (FitKind.EXACT, FitKind.LESS_FEE)
    for payment in sorted(earlier, key=lambda one: one.booked_on, reverse=True):
        is_soon = (deposit.booked_on - payment.booked_on).days <= policy.twice_days
        if payment.customer_id in whose and not (fit and fit.is_named) and (is_soon or not explains_itself):
            fields = (("first", payment.deposit_id), ("on", payment.booked_on.isoformat()))
            return replace(candidate, doubts=(*candidate.doubts, Reason(Code.PAID_TWICE, 0, fields)))
    return candidate


def _without_echoes(candidates: list[Candidate]) -> list[Candidate]:
    """Bill-to and customer both lead to one invoice: the better sign speaks for it."""
    best: dict[object, Candidate] = {}
    for candidate in sorted(candidates, key=_best_first):
        ids = candidate.invoice_ids
        best.setdefault((ids, candidate.fit.fee_minor) if candidate.fit else candidate.signs.payer, candidate)
    return list(best.values())


def _best_first(candidate: Candidate) -> tuple[object, ...]:
    first = candidate.fit.invoices[0] if candidate.fit else None
    age = (first.due_on.toordinal(), first.issued_on.toordinal(), first.number) if first else (0, 0, "")
    return (-candidate.score, candidate.fit is None, age, candidate.signs.payer, len(candidate.invoice_ids))


def _grade(candidate: Candidate, policy: Policy) -> Grade:
    fit = candidate.fit
    fits_exactly = fit is not None and fit.kind in (FitKind.EXACT, FitKind.LESS_FEE)
    held_back = any(doubt.code is not Code.OLDEST_FIRST for doubt in candidate.doubts)
    if fits_exactly and candidate.signs.is_firm and not held_back and candidate.score >= policy.certain_threshold:
        return Grade.CERTAIN
    return Grade.LIKELY if candidate.score >= policy.likely_threshold else Grade.UNKNOWN


def _spread(amount: int, fit: Fit | None) -> tuple[tuple[tuple[Id, int], ...], int, int]:
    """Allocations in the order of the set, what is left over, and what the set still lacks."""
    left = amount + (fit.fee_minor + sum(tax for _invoice, tax in fit.withheld) if fit else 0)
    allocations, short = [], 0
    for invoice in fit.invoices if fit else ():
        part = min(left, invoice.open_minor)
        short += invoice.open_minor - part
        left -= part
        if part:
            allocations.append((invoice.id, part))
    return tuple(allocations), left, short


def _not_certain(answer: Proposal) -> Proposal:
    return replace(answer, grade=Grade.LIKELY) if answer.grade is Grade.CERTAIN else answer
