"""How people pay: on time, late, in halves, for two at once, in a child's name, less the fee, twice. Pure and seeded.

Each invoice is looked at once, when it is issued; the answer is what the bank will write on which day, together with what
the payer meant. The matcher never sees the meaning; the story's bookkeeper knows it when she decides by hand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from tokui.config.demo.cast import JUKU, LIBRARY, SEED, TODAY, Cast, Person
from tokui.config.demo.names import BANKS, pick
from tokui.config.demo.stories import ON_TIME, WAITING
from tokui.core.days import business_day_on_or_after, business_day_on_or_before, next_business_day

CARD = "card"
FEE_MINOR = 660
BANKED_WITHIN = timedelta(days=23)
STOPPED_PAYING = date(2026, 7, 15)
MONTHS_SKIPPED = (2, 5, 8)


@dataclass(frozen=True, slots=True)
class Bill:
    """An issued invoice, as its addressee sees it. `customer` is the code of whoever pays."""

    number: str
    customer: str
    total_minor: int
    issued_on: date
    due_on: date


@dataclass(frozen=True, slots=True)
class Transfer:
    """Money on its way. `settles` is what the payer meant: (invoice number, amount); the rest is too much.

    `bank` is the code of our account, or "card" for the card company's list. `takes_back` undoes the same transfer.
    """

    on: date
    bank: str
    payer: str
    amount_minor: int
    customer: str = ""
    settles: tuple[tuple[str, int], ...] = ()
    fee_minor: int = 0
    edi: str = ""
    takes_back: bool = False
    is_waiting: bool = False
    origin: tuple[str, str] = ("", "")

    @property
    def over_minor(self) -> int:
        return self.amount_minor + self.fee_minor - sum(amount for _number, amount in self.settles)


@dataclass(frozen=True, slots=True)
class AdvanceUse:
    """What stands as advance (前受金) is used for a new invoice."""

    customer: str
    number: str
    amount_minor: int


@dataclass
class Plan:
    transfers: list[Transfer] = field(default_factory=list)
    uses: list[AdvanceUse] = field(default_factory=list)


class Payers:
    """Everybody's purse. Remembers who put off a bill to pay two at once, and who paid too much."""

    def __init__(self, cast: Cast) -> None:
        self.people = cast.by_code
        self.put_off: dict[str, Bill] = {}
        self.credit: dict[str, list[tuple[date, int]]] = defaultdict(list)
        self.on_time = {cast.codes[one.who]: one for one in ON_TIME}

    def pay(self, bills: Iterable[Bill]) -> Plan:
        """What will happen to newly issued bills, in their order."""
        plan = Plan()
        for bill in bills:
            person = self.people[bill.customer]
            if person.silent_from and bill.issued_on >= person.silent_from:
                plan.transfers += self._of_story(person, bill)
            elif bill.total_minor > 0:
                self._pay(person, bill, plan)
        return plan

    def _of_story(self, person: Person, bill: Bill) -> list[Transfer]:
        one = self.on_time.get(person.code)
        if one is None or not one.on.replace(day=1) <= bill.issued_on <= one.on:
            return []
        return [_transfer(person, bill, one.on, _rng(bill), bank=one.bank)]

    def _pay(self, person: Person, bill: Bill, plan: Plan) -> None:
        rng = _rng(bill)
        used = self._use_credit(person, bill)
        if used:
            plan.uses.append(AdvanceUse(person.code, bill.number, used))
        due = replace(bill, total_minor=bill.total_minor - used)
        if due.total_minor == 0:
            return
        made = self._by_habit(person, due, rng)
        plan.transfers += made
        self.credit[person.code] += [
            (one.on, one.over_minor) for one in made if one.over_minor > 0 and not one.takes_back
        ]

    def _use_credit(self, person: Person, bill: Bill) -> int:
        """What was paid too much before, and has been through the bank, goes towards this bill; all or nothing."""
        held = self.credit[person.code]
        known = [one for one in held if one[0] + BANKED_WITHIN <= bill.issued_on]
        total = sum(amount for _on, amount in known)
        if not 0 < total <= bill.total_minor:
            return 0
        self.credit[person.code] = [one for one in held if one not in known]
        return total

    def _by_habit(self, person: Person, bill: Bill, rng: Random) -> list[Transfer]:
        habit, on = person.habit, _pay_day(bill, rng)
        if habit == "never" and bill.issued_on >= STOPPED_PAYING:
            return []
        if habit == CARD:
            return [_transfer(person, bill, bill.issued_on + timedelta(days=5), rng, bank=CARD)]
        if habit == "halves":
            return _halves(person, bill, on, rng)
        if habit in ("together", "two_months"):
            return self._together(person, bill, on, rng)
        if habit == "late":
            on = business_day_on_or_after(bill.due_on + timedelta(days=3 + int(rng.random() * 24)))
        if habit == "twice" and bill.issued_on.month in (1, 6):
            return _twice(person, bill, on, rng)
        if habit in ("prompt", "spelling") and rng.random() < 0.004:
            return pick(rng, (_taken_back, _twice))(person, bill, on, rng)
        return [_transfer(person, bill, on, rng)]

    def _together(self, person: Person, bill: Bill, on: date, rng: Random) -> list[Transfer]:
        earlier = self.put_off.pop(person.code, None)
        if earlier is None and bill.issued_on.month in MONTHS_SKIPPED and bill.issued_on < date(2026, 10, 1):
            self.put_off[person.code] = bill
            return []
        one = _transfer(person, bill, on, rng)
        if earlier is None:
            return [one]
        both = ((earlier.number, earlier.total_minor), (bill.number, bill.total_minor))
        return [replace(one, amount_minor=earlier.total_minor + bill.total_minor, settles=both)]


def waiting() -> list[Transfer]:
    """The seven deposits that a person decides today."""
    return [
        Transfer(one.on, one.bank, one.payer, one.amount_minor, is_waiting=True, origin=one.origin) for one in WAITING
    ]


def _rng(bill: Bill) -> Random:
    """By payer and day, not by number: the example files have no numbers and must tell the same story."""
    return Random(f"{SEED}:{bill.customer}:{bill.issued_on}:{bill.total_minor}")  # noqa: S311


def _pay_day(bill: Bill, rng: Random) -> date:
    """Most people pay in the last third of the time they have."""
    span = max(0, (bill.due_on - bill.issued_on).days - 3)
    on = business_day_on_or_before(bill.due_on - timedelta(days=int(rng.random() ** 2 * span)))
    return on if on > bill.issued_on else next_business_day(bill.issued_on)


def _transfer(person: Person, bill: Bill, on: date, rng: Random, *, bank: str = "") -> Transfer:
    payer, amount, fee, edi = person.payer_kana, bill.total_minor, 0, ""
    if person.habit == "spelling":
        payer = _spelled(person, rng)
    elif person.habit == "less_fee" and amount > 20 * FEE_MINOR:
        amount, fee = amount - FEE_MINOR, FEE_MINOR
    elif person.habit == "over":
        amount = -(-amount // 1000) * 1000
    elif person.habit == "reference":
        payer, edi = f"{bill.number} {payer}", bill.number
    return Transfer(
        on, bank or bank_of(person), payer, amount, person.code, ((bill.number, bill.total_minor),), fee, edi,
        origin=pick(rng, BANKS),
    )  # fmt: skip


def bank_of(person: Person) -> str:
    """Each business has its own account."""
    return {JUKU: "midori", LIBRARY: "tsukimi"}.get(person.business, "akebono")


def _spelled(person: Person, rng: Random) -> str:
    """What people and banks make of a name: no space, the legal form elsewhere, spelled out or left away."""
    bare = person.kana.replace(" ", "")
    if person.kind == "person":
        return pick(rng, (bare, f"{bare} ", person.kana.replace(" ", "  ")))
    short = person.pays_as.replace(person.kana, "").strip("()")
    return pick(rng, (bare, f"{bare}({short}", f"{short}){bare}", f"{short}){bare}({'エイ'}"))


def _halves(person: Person, bill: Bill, on: date, rng: Random) -> list[Transfer]:
    first = bill.total_minor // 2
    whole = _transfer(person, bill, on, rng)
    early = max(bill.issued_on + timedelta(days=1), on - timedelta(days=9))
    later = business_day_on_or_after(on + timedelta(days=4))
    return [
        replace(whole, on=business_day_on_or_after(early), amount_minor=first, settles=((bill.number, first),)),
        replace(
            whole, on=later, amount_minor=bill.total_minor - first, settles=((bill.number, bill.total_minor - first),)
        ),
    ]


def _twice(person: Person, bill: Bill, on: date, rng: Random) -> list[Transfer]:
    """The same transfer again some days later: nothing is left to pay."""
    first = _transfer(person, bill, on, rng)
    again = business_day_on_or_after(on + timedelta(days=4))
    if again > TODAY - timedelta(days=21):
        return [first]
    return [first, replace(first, on=again, settles=(), fee_minor=0)]


def _taken_back(person: Person, bill: Bill, on: date, rng: Random) -> list[Transfer]:
    """The bank takes a transfer back (取消) and it comes again, right this time. Only accounts with 01 files say so."""
    right = _transfer(person, bill, on, rng)
    wrong = business_day_on_or_before(on - timedelta(days=2))
    if right.bank != "midori" or wrong <= bill.issued_on:
        return [right]
    return [
        replace(right, on=wrong),
        replace(right, on=next_business_day(wrong), takes_back=True),
        replace(right, on=next_business_day(on)),
    ]
