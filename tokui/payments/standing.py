"""What an invoice and a customer owe on a day: paid, not due, due, overdue ... and why. Pure.

A standing is a function of facts and a date alone, so it can be asked for any past day and rebuilt from nothing.
Amounts are integers in the minor unit of one currency; days are dates in the organization's time zone. `due_on` is the
last day on which payment is in time, already moved for bank holidays by whoever set it.

Precedence for an invoice, first that holds:

    void         it was cancelled by a reversing document; nothing is owed, what was paid for it is credit
    in_credit    more was settled or credited than it amounts to; the difference is the customer's
    paid         nothing is open and the last of it was not written off (a written-off part is named in the evidence)
    written_off  nothing is open, and it took a write-off to get there without any payment
    disputed     something is open, but a dispute holds it: it is not chased and not overdue
    in_flight    something is open, but payments on their way cover it and their own deadline has not passed
    partly_paid  something is paid, and it is not yet due
    not_due      nothing is paid, due in the future
    due          today is the last day
    grace        the due day has passed, within the agreed days of grace
    overdue      later than that
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """From nothing to do to most urgent; a customer's state is the most urgent of its invoices'.

    In this order time alone never makes a state less urgent, and a payment never more.
    """

    VOID = "void"
    IN_CREDIT = "in_credit"
    PAID = "paid"
    WRITTEN_OFF = "written_off"
    IN_FLIGHT = "in_flight"
    PARTLY_PAID = "partly_paid"
    NOT_DUE = "not_due"
    DISPUTED = "disputed"
    DUE = "due"
    GRACE = "grace"
    OVERDUE = "overdue"


_URGENCY = {state: rank for rank, state in enumerate(State)}


@dataclass(frozen=True, slots=True)
class InvoiceSituation:
    """The sums behind one invoice, as known on some day.

    `settled_minor`: allocated payments. `credit_minor`: credit notes. `written_off_minor`: given up (貸倒, 値引, a fee
    taken over). `in_flight_minor`: submitted debits, issued konbini codes, promised transfers, which count until the
    end of `in_flight_until` (None: until their result is known). Raises ValueError for a negative amount.
    """

    total_minor: int
    settled_minor: int
    due_on: date
    grace_days: int = 0
    credit_minor: int = 0
    written_off_minor: int = 0
    is_voided: bool = False
    in_flight_minor: int = 0
    in_flight_until: date | None = None
    is_disputed: bool = False

    def __post_init__(self) -> None:
        amounts = (
            self.total_minor,
            self.settled_minor,
            self.credit_minor,
            self.written_off_minor,
            self.in_flight_minor,
        )
        if min(amounts) < 0 or self.grace_days < 0:
            raise ValueError("A standing is reckoned from amounts and days that are not negative.")


@dataclass(frozen=True, slots=True)
class Standing:
    """The answer for one day.

    `next_change_on` is the first later day on which state or amounts differ if nothing happens; None: they never do.
    `days_overdue` counts from the due day, also within grace, and grows daily.
    """

    state: State
    open_minor: int
    overdue_minor: int = 0
    days_overdue: int = 0
    credit_minor: int = 0
    next_change_on: date | None = None


class EvidenceKind(StrEnum):
    """What a standing rests on."""

    INVOICE = "invoice"
    ALLOCATION = "allocation"
    CREDIT_NOTE = "credit_note"
    WRITE_OFF = "write_off"
    VOID = "void"
    IN_FLIGHT = "in_flight"
    DISPUTE = "dispute"
    ADVANCE = "advance"
    REFUND = "refund"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact behind a standing: the day it counts, its amount, and the row it is from (bank line, webhook, person).

    What ends or is taken back is a further fact with a negative amount: a released allocation, a debit that came back,
    a dispute that was settled. A VOID carries the amount that it cancels.
    """

    kind: EvidenceKind
    on: date
    amount_minor: int
    source_id: Any
    fields: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """A standing with the facts it rests on, in the order in which they count, and what was left to pay after each."""

    standing: Standing
    steps: tuple[tuple[Evidence, int], ...] = field(default=())


def invoice_standing(situation: InvoiceSituation, on: date) -> Standing:
    """The standing of one invoice on a day; see the module for the precedence of states."""
    open_minor, credit = _balance(situation)
    state, changes_on = _state(situation, on, open_minor, credit)
    is_late = state in (State.OVERDUE, State.GRACE)
    return Standing(
        state=state,
        open_minor=open_minor,
        overdue_minor=open_minor if state is State.OVERDUE else 0,
        days_overdue=(on - situation.due_on).days if is_late else 0,
        credit_minor=credit,
        next_change_on=changes_on,
    )


def customer_standing(situations: Iterable[InvoiceSituation], on: date, *, advance_minor: int = 0) -> Standing:
    """The standing of a customer on a day: the most urgent of its invoices', and the sums of their amounts.

    `advance_minor` is money held without an invoice. It lowers nothing by itself, because nobody has decided what it is
    for; with nothing open it makes the customer `in_credit`. A customer without invoices is paid.
    """
    if advance_minor < 0:
        raise ValueError("Money held in advance is not negative.")
    situations = list(situations)
    today, changes_on = _customer_on(situations, on, advance_minor)
    while changes_on is not None:
        then, later = _customer_on(situations, changes_on, advance_minor)
        if (then.state, then.overdue_minor) != (today.state, today.overdue_minor):
            break
        changes_on = later
    return replace(today, next_change_on=changes_on)


def _customer_on(situations: list[InvoiceSituation], on: date, advance_minor: int) -> tuple[Standing, date | None]:
    """The standing on a day, and the next day on which one of the invoices changes."""
    standings = [invoice_standing(situation, on) for situation in situations]
    credit = advance_minor + sum(standing.credit_minor for standing in standings)
    open_minor = sum(standing.open_minor for standing in standings)
    state = max((standing.state for standing in standings), key=_URGENCY.__getitem__, default=State.PAID)
    if open_minor == 0:
        state = State.IN_CREDIT if credit else _settled(standings)
    standing = Standing(
        state=state,
        open_minor=open_minor,
        overdue_minor=sum(standing.overdue_minor for standing in standings),
        days_overdue=max((standing.days_overdue for standing in standings), default=0),
        credit_minor=credit,
    )
    return standing, min((each.next_change_on for each in standings if each.next_change_on), default=None)


def explain(situation: InvoiceSituation, evidence: Iterable[Evidence], on: date) -> Explanation:
    """The standing with its evidence, and what was owed after each fact. Facts later than `on` are left out.

    Raises ValueError if the evidence up to that day does not add up to the situation: an explanation that does not
    explain is worse than none.
    """
    known = sorted((fact for fact in evidence if fact.on <= on), key=lambda fact: (fact.on, _ORDER[fact.kind]))
    if _summed(known) != _sums(situation):
        raise ValueError("The evidence does not add up to the situation.")
    left, steps = 0, []
    for fact in known:
        left += fact.amount_minor * _EFFECT[fact.kind]
        steps.append((fact, left))
    return Explanation(invoice_standing(situation, on), tuple(steps))


def situation_from(
    evidence: Iterable[Evidence], on: date, *, due_on: date, grace_days: int = 0, in_flight_until: date | None = None
) -> InvoiceSituation:
    """The sums behind an invoice on a day, from its facts up to and including that day: the `as_of` of every page."""
    known = [fact for fact in evidence if fact.on <= on]
    total, settled, credit, written_off, in_flight = _summed(known)
    return InvoiceSituation(
        total_minor=total,
        settled_minor=settled,
        due_on=due_on,
        grace_days=grace_days,
        credit_minor=credit,
        written_off_minor=written_off,
        is_voided=any(fact.kind is EvidenceKind.VOID for fact in known),
        in_flight_minor=in_flight,
        in_flight_until=in_flight_until,
        is_disputed=_total(known, EvidenceKind.DISPUTE) > 0,
    )


_EFFECT = {
    EvidenceKind.INVOICE: 1,
    EvidenceKind.ALLOCATION: -1,
    EvidenceKind.CREDIT_NOTE: -1,
    EvidenceKind.WRITE_OFF: -1,
    EvidenceKind.REFUND: 1,
    EvidenceKind.VOID: -1,
    EvidenceKind.IN_FLIGHT: 0,
    EvidenceKind.DISPUTE: 0,
    EvidenceKind.ADVANCE: 0,
}
_ORDER = {kind: rank for rank, kind in enumerate(EvidenceKind)}


def _summed(facts: list[Evidence]) -> tuple[int, int, int, int, int]:
    return (
        _total(facts, EvidenceKind.INVOICE),
        _total(facts, EvidenceKind.ALLOCATION) - _total(facts, EvidenceKind.REFUND),
        _total(facts, EvidenceKind.CREDIT_NOTE),
        _total(facts, EvidenceKind.WRITE_OFF),
        _total(facts, EvidenceKind.IN_FLIGHT),
    )


def _total(facts: list[Evidence], kind: EvidenceKind) -> int:
    return sum(fact.amount_minor for fact in facts if fact.kind is kind)


def _sums(situation: InvoiceSituation) -> tuple[int, int, int, int, int]:
    return (
        situation.total_minor,
        situation.settled_minor,
        situation.credit_minor,
        situation.written_off_minor,
        situation.in_flight_minor,
    )


def _balance(situation: InvoiceSituation) -> tuple[int, int]:
    """Still open, and in the customer's favour."""
    if situation.is_voided:
        return 0, situation.settled_minor
    covered = situation.settled_minor + situation.credit_minor + situation.written_off_minor
    return max(0, situation.total_minor - covered), max(0, covered - situation.total_minor)


def _state(situation: InvoiceSituation, on: date, open_minor: int, credit: int) -> tuple[State, date | None]:
    """The state, and the next day on which it will be another without any event."""
    if situation.is_voided:
        return State.VOID, None
    if credit:
        return State.IN_CREDIT, None
    if open_minor == 0:
        is_given_up = situation.written_off_minor > 0 and situation.settled_minor == 0
        return (State.WRITTEN_OFF if is_given_up else State.PAID), None
    if situation.is_disputed:
        return State.DISPUTED, None
    if situation.in_flight_minor >= open_minor:
        until = situation.in_flight_until
        if until is None or on <= until:
            return State.IN_FLIGHT, until and until + timedelta(days=1)
    return _by_date(situation, on)


def _by_date(situation: InvoiceSituation, on: date) -> tuple[State, date | None]:
    day = timedelta(days=1)
    due_on, grace_until = situation.due_on, situation.due_on + timedelta(days=situation.grace_days)
    if on < due_on:
        return (State.PARTLY_PAID if situation.settled_minor else State.NOT_DUE), due_on
    if on == due_on:
        return State.DUE, due_on + day
    return (State.GRACE, grace_until + day) if on <= grace_until else (State.OVERDUE, None)


def _settled(standings: list[Standing]) -> State:
    """Of a customer who owes nothing: paid, unless every invoice was given up or cancelled."""
    states = {standing.state for standing in standings}
    return states.pop() if len(states) == 1 else State.PAID
