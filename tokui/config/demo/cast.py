"""Who lives in the demo's world: guardians and pupils, members, shoppers, companies on account. Pure and seeded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from tokui.config.demo.names import (
    CHILDREN,
    FORMS,
    GIVEN,
    HEADS,
    SHORT_FORMS,
    SURNAMES,
    TRADES,
    address,
    corporate_number,
    landline,
    mobile,
    pick,
    registration_number,
    weighted,
)

SEED = 20261120
TODAY = date(2026, 11, 20)
FIRST_DAY = date(2025, 10, 1)
JUKU, LIBRARY, SHOP = "juku", "media", "shop"

#: At scale 1: guardians, members, shoppers, customers on account. With pupils that makes more than 1,200.
SIZES = {"guardian": 310, "member": 340, "shopper": 90, "account": 130}


@dataclass(frozen=True, slots=True)
class Terms:
    """When a customer is invoiced and by when they pay; `closing_day` None is one invoice per sale."""

    closing_day: int | None
    due_months: int
    due_day: int
    shift: str = "after"


SCHOOL_TERMS = Terms(5, 0, 27)
MEMBER_TERMS = Terms(10, 1, 5)
SHOPPER_TERMS = Terms(15, 1, 10)
ACCOUNT_TERMS: tuple[tuple[Terms, int], ...] = (
    (Terms(31, 1, 31), 60),
    (Terms(20, 1, 10), 25),
    (Terms(20, 1, 31, "before"), 10),
    (Terms(31, 2, 10), 5),
)


@dataclass(frozen=True, slots=True)
class Person:
    """One of the cast, a company included.

    `habit` says how they pay (see habits.py), `plan` what they buy each month, `silent_from` from when on a story takes
    the place of the habit.
    """

    code: str
    name: str
    kana: str
    role: str
    business: str
    kind: str = "person"
    pays_as: str = ""
    habit: str = "prompt"
    plan: str = ""
    terms: Terms = SCHOOL_TERMS
    bill_to: str = ""
    joined_on: date = FIRST_DAY
    left_on: date | None = None
    silent_from: date | None = None
    email: str = ""
    phone: str = ""
    postal_code: str = ""
    address: str = ""
    corporate_number: str = ""
    registration_number: str = ""
    delivery: str = "mail"
    tags: tuple[str, ...] = ()
    contact: tuple[str, str] | None = None

    @property
    def payer_kana(self) -> str:
        return self.pays_as or self.kana

    def is_here(self, day: date) -> bool:
        return self.joined_on <= day and (self.left_on is None or day < self.left_on)


@dataclass
class Cast:
    """Everybody, in the order of their codes. `codes` leads from a story's own name for a person to the code."""

    people: list[Person] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)

    @property
    def by_code(self) -> dict[str, Person]:
        return {person.code: person for person in self.people}

    @property
    def pays_for(self) -> list[tuple[str, str]]:
        """(guardian, pupil)."""
        return [(person.bill_to, person.code) for person in self.people if person.bill_to]


def make_cast(scale: float = 1.0, seed: int = SEED) -> Cast:
    """The same people for the same scale and seed, with the persons of the stories among them."""
    from tokui.config.demo.stories import NAMED

    casting = _Casting(Random(seed), {person.kana for person in NAMED})  # noqa: S311
    made: list[Person] = []
    for role, most in SIZES.items():
        for _ in range(max(2, round(most * scale))):
            made += getattr(casting, role)()
    mixed = _mixed(casting.rng, made, list(NAMED))
    codes: dict[str, str] = {}
    return Cast(list(_numbered(mixed, codes)), codes)


def _mixed(rng: Random, made: list[Person], named: list[Person]) -> list[list[Person]]:
    """Families stay together; those who joined first have the first codes."""
    families: dict[str, list[Person]] = {}
    for person in (*named, *made):
        families.setdefault(person.bill_to or person.code, []).append(person)
    return sorted(families.values(), key=lambda family: (family[0].joined_on, rng.random()))


def _numbered(families: list[list[Person]], codes: dict[str, str]) -> Iterator[Person]:
    """Real codes in place of the provisional ones, which `codes` remembers."""
    for number, person in enumerate((one for family in families for one in family), start=1):
        code = codes[person.code] = f"C-{number:05d}"
        shown = {"code": code, "bill_to": codes.get(person.bill_to, "")}
        if not person.email and person.role != "pupil":
            shown["email"] = _mail(person, number)
        if not person.phone and person.role != "pupil":
            shown["phone"] = mobile(number) if person.kind == "person" else landline(number)
        yield replace(person, **shown)  # type: ignore[arg-type]


def _mail(person: Person, number: int) -> str:
    return f"{'keiri' if person.kind != 'person' else 'mail'}{number:05d}@example.jp"


class _Casting:
    """Draws people one after another; no two have the same reading unless a story wants it."""

    def __init__(self, rng: Random, taken: set[str]) -> None:
        self.rng, self.taken, self.number = rng, taken, 0

    def guardian(self) -> list[Person]:
        (family, family_kana), name, kana = self._person()
        joined = self._joined()
        post, street = address(self.rng)
        code = self._code("g")
        plans = [self._school_plan() for _ in range(2 if self.rng.random() < 0.26 else 1)]
        habit = weighted(
            self.rng,
            (("prompt", 64), ("spelling", 14), ("late", 6), ("child_name", 5), ("together", 4), ("other_name", 3), ("halves", 1), ("never", 1)),
        )  # fmt: skip
        parent = Person(
            code, name, kana, "guardian", JUKU, habit=habit, joined_on=joined, left_on=self._left(joined),
            postal_code=post, address=street, tags=("保護者",), delivery=weighted(self.rng, (("mail", 85), ("paper", 15))),
        )  # fmt: skip
        first_child = ""
        family_of = [parent]
        for plan in plans:
            child, child_kana = pick(self.rng, CHILDREN)
            first_child = first_child or f"{family_kana} {child_kana}"
            family_of.append(
                Person(
                    self._code("p"), f"{family} {child}", f"{family_kana} {child_kana}", "pupil", JUKU, plan=plan,
                    bill_to=code, joined_on=joined, left_on=parent.left_on, delivery="none", tags=("生徒", PLAN_TAGS[plan]),
                )
            )  # fmt: skip
        if habit == "child_name":
            family_of[0] = replace(parent, pays_as=first_child)
        elif habit == "other_name":
            family_of[0] = replace(parent, pays_as=self._person()[2])
        return family_of

    def member(self) -> list[Person]:
        _family, name, kana = self._person()
        joined = self._joined()
        post, street = address(self.rng)
        habit = weighted(
            self.rng, (("card", 60), ("prompt", 27), ("spelling", 6), ("late", 4), ("twice", 1), ("never", 2))
        )
        plan = weighted(self.rng, (("TO-M", 28), ("TO-P", 22), ("TO-Y", 50)))
        return [
            Person(
                self._code("m"), name, kana, "member", LIBRARY, habit=habit, plan=plan, terms=MEMBER_TERMS, joined_on=joined,
                left_on=self._left(joined), postal_code=post, address=street, tags=("会員",),
            )
        ]  # fmt: skip

    def shopper(self) -> list[Person]:
        _family, name, kana = self._person()
        post, street = address(self.rng)
        habit = weighted(self.rng, (("prompt", 80), ("late", 10), ("over", 4), ("spelling", 6)))
        return [
            Person(
                self._code("s"), name, kana, "shopper", SHOP, habit=habit, terms=SHOPPER_TERMS, joined_on=self._joined(),
                postal_code=post, address=street, tags=("通販",),
            )
        ]  # fmt: skip

    def account(self) -> list[Person]:
        form = weighted(self.rng, FORMS)
        trading, kana = self._company()
        post, street = address(self.rng)
        written = form.name(trading)
        for long, short in SHORT_FORMS.items():
            if self.rng.random() < 0.2:
                written = written.replace(long, short)
        self.number += 1
        number = self.number
        habit = weighted(
            self.rng,
            (("prompt", 58), ("spelling", 12), ("less_fee", 9), ("reference", 9), ("late", 6), ("other_name", 3), ("two_months", 3)),
        )  # fmt: skip
        _family, contact, contact_kana = self._person()
        pays_as = contact_kana if habit == "other_name" else form.paid_as(kana)
        return [
            Person(
                self._code("a"), written, kana, "account", SHOP, kind=form.kind, pays_as=pays_as, habit=habit,
                terms=weighted(self.rng, ACCOUNT_TERMS), joined_on=self._joined(), postal_code=post, address=street,
                delivery=weighted(self.rng, (("mail", 70), ("paper", 30))), tags=("掛売",), contact=(contact, contact_kana),
                corporate_number=corporate_number(number), registration_number=registration_number(number),
            )
        ]  # fmt: skip

    def _person(self) -> tuple[tuple[str, str], str, str]:
        while True:
            family, given = pick(self.rng, SURNAMES), pick(self.rng, GIVEN)
            kana = f"{family[1]} {given[1]}"
            if kana not in self.taken:
                self.taken.add(kana)
                return family, f"{family[0]} {given[0]}", kana

    def _company(self) -> tuple[str, str]:
        while True:
            head, trade = pick(self.rng, HEADS), pick(self.rng, TRADES)
            kana = head[1] + trade[1]
            if kana not in self.taken:
                self.taken.add(kana)
                return head[0] + trade[0], kana

    def _school_plan(self) -> str:
        return weighted(
            self.rng, (("JU-E1", 26), ("JU-E2", 18), ("JU-J2", 28), ("JU-J5", 16), ("JU-H1", 8), ("JU-H2", 4))
        )

    def _joined(self) -> date:
        """Seven in ten were there before; the others came over the months, most of them in April."""
        if self.rng.random() < 0.7:
            return date(2023 + int(self.rng.random() * 2), 1 + int(self.rng.random() * 12), 1)
        month = weighted(self.rng, ((3, 3), (4, 6), (5, 2), (7, 3), (9, 2), (10, 1)))
        return date(2026, month, 1)

    def _left(self, joined: date) -> date | None:
        if self.rng.random() > 0.06:
            return None
        left = joined + timedelta(days=250 + int(self.rng.random() * 500))
        return left.replace(day=1) if date(2026, 1, 1) <= left < date(2026, 10, 1) else None

    def _code(self, letter: str) -> str:
        self.number += 1
        return f"{letter}{self.number}"


PLAN_TAGS = {
    "JU-E1": "小学生",
    "JU-E2": "小学生",
    "JU-J2": "中学生",
    "JU-J5": "中学生",
    "JU-H1": "高校生",
    "JU-H2": "高校生",
}
