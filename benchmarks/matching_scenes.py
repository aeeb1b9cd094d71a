"""The cast and the scenes of a matching world: how each case of the mix comes about."""

import itertools
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from benchmarks import matching_spelling as spelling
from benchmarks.matching_facts import RawDeposit, RawInvoice, RawPayer, Scene, Signs, Truth, Verdict
from benchmarks.matching_spelling import pick

FIRST_DAY = date(2026, 10, 1)
FEES = (110, 145, 220, 330, 440, 550, 660, 880)
PRICES = (5_500, 8_800, 11_000, 13_200, 16_500, 19_800, 22_000, 27_500, 33_000, 38_500)
BANK_ACCOUNTS = ("main", "school")


class World:
    """Counters of what exists already, and the casts of the scenes."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.customer_count = self.invoice_count = self.deposit_count = 0
        self.person_count = self.company_count = self.long_count = self.outsider_count = 0
        self.forms: dict[int, tuple[str, str]] = {}

    def play(self, case: str, scene: Scene) -> None:
        self.forms.clear()
        family, play = CASES[case]
        play(self, scene, case, family)

    def bystander(self, invoices: int) -> Scene:
        scene = Scene()
        self.open_invoices(scene, self.customer(scene), max(1, min(invoices, 1 + int(self.rng.random() * 6))))
        return scene

    # ---- who

    def customer(self, scene: Scene, *, long: bool = False, kana: str = "") -> RawPayer:
        self.customer_count += 1
        payer = RawPayer(self.customer_count, kana)
        is_company = not kana and (long or self.rng.random() < 0.4 or self.person_count >= spelling.PEOPLE)
        if is_company:
            self._name_company(payer, long=long)
        elif not kana:
            payer.kana = " ".join(spelling.person(self.person_count))
            self.person_count += 1
        scene.payers.append(payer)
        return payer

    def _name_company(self, payer: RawPayer, *, long: bool) -> None:
        name = spelling.company(self.long_count if long else self.company_count, long=long)
        self.long_count += long
        self.company_count += not long
        form = pick(self.rng, spelling.FORMS)
        self.forms[payer.customer_id] = form
        written = f"{form[0]}){name}" if self.rng.random() < 0.5 else f"{form[1]} {name}"
        payer.kana = f"{name}({form[0]}" if self.rng.random() < 0.2 else written

    def outsider(self) -> str:
        """A person who is nobody's customer: no family among the customers begins with these two kana."""
        self.outsider_count += 1
        surname, given = spelling.person(self.outsider_count)
        return f"エビ{surname} {given}"

    # ---- what

    def open_invoices(
        self, scene: Scene, payer: RawPayer, count: int, amounts: tuple[int, ...] = ()
    ) -> list[RawInvoice]:
        made = []
        for position in range(len(amounts) or count):
            self.invoice_count += 1
            issued = FIRST_DAY - timedelta(days=31 * position + int(self.rng.random() * 5))
            made.append(
                RawInvoice(
                    id=self.invoice_count,
                    number=f"INV-{self.invoice_count:07d}",
                    customer_id=payer.customer_id,
                    open_minor=amounts[position] if amounts else self.amount(payer),
                    issued_on=issued,
                    due_on=issued + timedelta(days=30),
                )
            )
        scene.invoices.extend(made)
        return made

    def amount(self, payer: RawPayer) -> int:
        if payer.customer_id in self.forms:
            return (200 + int(self.rng.random() * 20_000)) * 55
        return pick(self.rng, PRICES) + 550 * int(self.rng.random() * 4)

    def distinct(self, scene: Scene, payer: RawPayer, *, largest: int) -> tuple[list[RawInvoice], list[RawInvoice]]:
        """Open invoices, and one to `largest` of them whose sum, also less any fee, no other set of them gives."""
        while True:
            amounts = tuple(self.amount(payer) for _ in range(1 + largest + int(self.rng.random() * 3)))
            size = 1 if largest == 1 else 2 + int(self.rng.random() * (largest - 1))
            chosen = sorted(range(len(amounts)), key=lambda _: self.rng.random())[:size]
            if _is_unmistakable(amounts, sum(amounts[index] for index in chosen)):
                opened = self.open_invoices(scene, payer, len(amounts), amounts)
                return opened, [opened[index] for index in sorted(chosen)]

    # ---- how it arrives

    def deposit(
        self,
        scene: Scene,
        amount: int,
        name: str,
        truth: tuple[str, Verdict],
        *,
        paid: tuple[tuple[int, int], ...] = (),
        fee: int = 0,
        bank_account: str = "main",
        signs: Signs | None = None,
    ) -> None:
        self.deposit_count += 1
        booked = FIRST_DAY + timedelta(days=int(self.rng.random() * 25))
        scene.deposits.append(RawDeposit(self.deposit_count, amount, booked, name, bank_account, **(signs or {})))
        scene.truths.append(Truth(self.deposit_count, *truth, allocations=paid, fee_minor=fee))


def _is_unmistakable(amounts: tuple[int, ...], target: int) -> bool:
    """Exactly one set of the amounts gives the target with no fee or any of FEES, whatever fee was really taken."""
    wanted = {target + later - earlier for earlier in (0, *FEES) for later in (0, *FEES)}
    sums = (sum(part) for size in range(1, len(amounts) + 1) for part in itertools.combinations(amounts, size))
    return sum(total in wanted for total in sums) == 1


def _whole(invoices: list[RawInvoice]) -> tuple[tuple[int, int], ...]:
    return tuple((invoice.id, invoice.open_minor) for invoice in invoices)


def _total(invoices: list[RawInvoice]) -> int:
    return sum(invoice.open_minor for invoice in invoices)


# ---- the scenes: each takes its case and the sign by which the payer can be told ("reference", "name", ...)


def _signs(world: World, sign: str, payer: RawPayer, paid: list[RawInvoice]) -> tuple[str, Signs]:
    """The name and further fields that the bank delivers."""
    name = spelling.as_bank_writes(payer.kana)
    if sign == "name":
        return name, {}
    if sign == "virtual_account":
        payer.virtual_accounts.append(f"101-{5_000_000 + payer.customer_id}")
        return name, {"virtual_account": payer.virtual_accounts[0]}
    if sign == "remitter_code":
        payer.remitter_codes.append(f"{7_000_000_000 + payer.customer_id}")
        return name if world.rng.random() < 0.7 else "", {"remitter_code": payer.remitter_codes[0]}
    return _reference_signs(world, name, [invoice.number for invoice in paid])


def _reference_signs(world: World, name: str, numbers: list[str]) -> tuple[str, Signs]:
    kind = int(world.rng.random() * 5)
    if world.rng.random() < 0.1:
        name = spelling.as_bank_writes(world.outsider())
    if kind == 0 and len(numbers) == 1:
        return f"{numbers[0][4:]} {name}", {}
    if kind == 1:
        return name, {"edi": " ".join(number.replace("-", "") for number in numbers)[:40]}
    if kind == 2:
        return name, {"text": "セイキユウ " + "、".join(number.replace("INV-", "ＩＮＶ－") for number in numbers)}
    if kind == 3:
        return name, {"text": " ".join(number.lower() for number in numbers) + " 10ガツブン"}
    return name, {"text": "NO." + " NO.".join(number[4:] for number in numbers)}


def _exact(world: World, scene: Scene, case: str, sign: str, largest: int = 1) -> None:
    payer = world.customer(scene)
    _, paid = world.distinct(scene, payer, largest=largest)
    name, signs = _signs(world, sign, payer, paid)
    world.deposit(scene, _total(paid), name, (case, Verdict.IDENTIFIABLE), paid=_whole(paid), signs=signs)


def _several(world: World, scene: Scene, case: str, sign: str) -> None:
    _exact(world, scene, case, sign, largest=3)


def _fee_short(world: World, scene: Scene, case: str, sign: str) -> None:
    payer = world.customer(scene)
    _, paid = world.distinct(scene, payer, largest=1)
    fee = pick(world.rng, FEES)
    name, signs = _signs(world, sign, payer, paid)
    truth = (case, Verdict.IDENTIFIABLE)
    world.deposit(scene, _total(paid) - fee, name, truth, paid=_whole(paid), fee=fee, signs=signs)


def _partial(world: World, scene: Scene, case: str, sign: str) -> None:
    payer = world.customer(scene)
    (invoice,) = world.open_invoices(scene, payer, 1)
    name, signs = _signs(world, sign, payer, [invoice])
    part = invoice.open_minor // 2 + 7
    world.deposit(scene, part, name, (case, Verdict.OPTIONAL), paid=((invoice.id, part),), signs=signs)


def _over(world: World, scene: Scene, case: str, sign: str) -> None:
    payer = world.customer(scene)
    opened = world.open_invoices(scene, payer, 2)
    name, signs = _signs(world, sign, payer, opened)
    world.deposit(scene, _total(opened) + 3_003, name, (case, Verdict.OPTIONAL), paid=_whole(opened), signs=signs)


def _reference_of_another(world: World, scene: Scene, case: str, sign: str) -> None:
    payer, other = world.customer(scene), world.customer(scene)
    _, paid = world.distinct(scene, payer, largest=1)
    named = world.open_invoices(scene, other, 1)
    name = spelling.as_bank_writes(payer.kana)
    truth = (case, Verdict.AMBIGUOUS)
    world.deposit(scene, _total(paid), name, truth, paid=_whole(paid), signs={"text": f"INV {named[0].number[4:]}"})


def _variant(world: World, scene: Scene, case: str, sign: str) -> None:
    payer = world.customer(scene)
    _, paid = world.distinct(scene, payer, largest=1)
    form = world.forms.get(payer.customer_id)
    bare = payer.kana
    for mark in (f"{form[0]})", f"{form[1]} ", f"({form[0]}") if form else ():
        bare = bare.replace(mark, "")
    written = spelling.company_variant(world.rng, bare, form) if form else spelling.variant(world.rng, bare)
    world.deposit(scene, _total(paid), written, (case, Verdict.IDENTIFIABLE), paid=_whole(paid))


def _truncated(world: World, scene: Scene, case: str, sign: str) -> None:
    payer = world.customer(scene, long=True)
    _, paid = world.distinct(scene, payer, largest=1)
    form = world.forms[payer.customer_id]
    bare = payer.kana.replace(f"{form[0]})", "").replace(f"{form[1]} ", "").replace(f"({form[0]}", "")
    cut = pick(world.rng, (15, 20, 30))
    name = spelling.as_bank_writes(f"{form[0]})" + bare)[:cut]
    world.deposit(scene, _total(paid), name, (case, Verdict.IDENTIFIABLE), paid=_whole(paid))


def _deposits_for_one(world: World, scene: Scene, case: str, sign: str) -> None:
    payer = world.customer(scene)
    (invoice,) = world.open_invoices(scene, payer, 1)
    first = invoice.open_minor // 3 + 11
    for part in (first, invoice.open_minor - first):
        name = spelling.as_bank_writes(payer.kana)
        world.deposit(scene, part, name, (case, Verdict.IDENTIFIABLE), paid=((invoice.id, part),))


def _alias(world: World, scene: Scene, case: str, sign: str) -> None:
    payer = world.customer(scene)
    _, paid = world.distinct(scene, payer, largest=1)
    known = spelling.as_bank_writes(world.outsider())
    account = pick(world.rng, BANK_ACCOUNTS)
    payer.aliases.append((account, known))
    truth = (case, Verdict.IDENTIFIABLE)
    world.deposit(scene, _total(paid), known, truth, paid=_whole(paid), bank_account=account)


def _relative(world: World, scene: Scene, case: str, sign: str) -> None:
    payer = world.customer(scene)
    _, paid = world.distinct(scene, payer, largest=1)
    known = world.outsider()
    payer.relatives.append((pick(world.rng, ("guardian", "representative", "pays_for")), known))
    truth = (case, Verdict.IDENTIFIABLE)
    world.deposit(scene, _total(paid), spelling.as_bank_writes(known), truth, paid=_whole(paid))


def _wrong_person(world: World, scene: Scene, case: str, sign: str) -> None:
    payer = world.customer(scene)
    _, paid = world.distinct(scene, payer, largest=1)
    name = spelling.as_bank_writes(world.outsider())
    world.deposit(scene, _total(paid), name, (case, Verdict.AMBIGUOUS), paid=_whole(paid))


def _namesakes(world: World, scene: Scene, case: str, sign: str) -> None:
    payer = world.customer(scene)
    other = world.customer(scene, kana=payer.kana)
    amount = world.amount(payer)
    (invoice,) = world.open_invoices(scene, payer, 1, (amount,))
    is_twin = case == "same_name_strangers"
    world.open_invoices(scene, other, 1, (amount if is_twin else amount + 6_050,))
    truth = (case, Verdict.AMBIGUOUS if is_twin else Verdict.OPTIONAL)
    world.deposit(scene, amount, spelling.as_bank_writes(payer.kana), truth, paid=_whole([invoice]))


def _equal_amounts(world: World, scene: Scene, case: str, sign: str) -> None:
    payer = world.customer(scene)
    amount = world.amount(payer)
    _, older = world.open_invoices(scene, payer, 2, (amount, amount))
    name = spelling.as_bank_writes(payer.kana)
    world.deposit(scene, amount, name, (case, Verdict.AMBIGUOUS), paid=_whole([older]))


def _two_sums(world: World, scene: Scene, case: str, sign: str) -> None:
    payer = world.customer(scene)
    base = world.amount(payer)
    opened = world.open_invoices(scene, payer, 4, (base + 3_300, base + 7_700, base + 1_100, base + 9_900))
    name = spelling.as_bank_writes(payer.kana)
    world.deposit(scene, _total(opened[:2]), name, (case, Verdict.AMBIGUOUS), paid=_whole(opened[:2]))


def _paid_twice(world: World, scene: Scene, case: str, sign: str) -> None:
    payer = world.customer(scene)
    _, paid = world.distinct(scene, payer, largest=1)
    name = spelling.as_bank_writes(payer.kana)
    days = [FIRST_DAY + timedelta(days=int(world.rng.random() * 10)) for _ in range(2)]
    world.deposit(scene, _total(paid), name, (case, Verdict.IDENTIFIABLE), paid=_whole(paid))
    world.deposit(scene, _total(paid), name, (case, Verdict.AMBIGUOUS))
    first, second = scene.deposits[-2:]
    later = max(days) + timedelta(days=1)
    scene.deposits[-2:] = [replace(first, booked_on=min(days)), replace(second, booked_on=later)]


def _unknown(world: World, scene: Scene, case: str, sign: str) -> None:
    world.open_invoices(scene, world.customer(scene), 1)
    amount = 1_000 + int(world.rng.random() * 500_000)
    text = pick(world.rng, ("", "20260930", "0312345678", "オトリヒキ 9999999"))
    world.deposit(
        scene, amount, spelling.as_bank_writes(world.outsider()), (case, Verdict.AMBIGUOUS), signs={"text": text}
    )


Play = Callable[[World, Scene, str, str], None]
CASES: dict[str, tuple[str, Play]] = {
    "reference_exact": ("reference", _exact),
    "reference_fee_short": ("reference", _fee_short),
    "reference_several": ("reference", _several),
    "reference_partial": ("reference", _partial),
    "reference_of_another": ("reference", _reference_of_another),
    "remitter_code": ("remitter_code", _exact),
    "remitter_code_several": ("remitter_code", _several),
    "virtual_account": ("virtual_account", _exact),
    "virtual_account_several": ("virtual_account", _several),
    "virtual_account_over": ("virtual_account", _over),
    "name_exact": ("name", _exact),
    "name_variant": ("name", _variant),
    "name_fee_short": ("name", _fee_short),
    "name_truncated": ("name", _truncated),
    "name_several": ("name", _several),
    "name_partial": ("name", _partial),
    "name_over": ("name", _over),
    "deposits_for_one": ("name", _deposits_for_one),
    "alias_learned": ("name", _alias),
    "relative_pays": ("name", _relative),
    "wrong_person": ("name", _wrong_person),
    "same_name_strangers": ("name", _namesakes),
    "namesakes_other_amount": ("name", _namesakes),
    "equal_amounts": ("name", _equal_amounts),
    "two_sums_fit": ("name", _two_sums),
    "paid_twice": ("name", _paid_twice),
    "unknown_payer": ("name", _unknown),
}
