"""What the three businesses sell, and what everybody buys in a month. Pure and seeded by month and customer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

from tokui.config.demo.cast import JUKU, LIBRARY, SEED, SHOP, Cast, Person
from tokui.config.demo.names import pick, weighted
from tokui.config.demo.stories import BOUGHT
from tokui.core.days import is_business_day


@dataclass(frozen=True, slots=True)
class Goods:
    """A product with its price without tax, in yen."""

    code: str
    name: str
    name_en: str
    unit: str
    business: str
    unit_minor: int
    revenue: str
    tax_kind: str = "standard"


GOODS: dict[str, Goods] = {
    goods.code: goods
    for goods in (
        Goods("JU-E1", "小学生コース 週1", "Primary course, weekly", "月", JUKU, 14_600, "tuition"),
        Goods("JU-E2", "小学生コース 週2", "Primary course, twice a week", "月", JUKU, 22_000, "tuition"),
        Goods("JU-J2", "中学生 英数コース", "Junior high, English and mathematics", "月", JUKU, 22_000, "tuition"),
        Goods("JU-J5", "中学生 5教科コース", "Junior high, five subjects", "月", JUKU, 30_000, "tuition"),
        Goods("JU-H1", "高校生 単科コース", "High school, one subject", "月", JUKU, 24_000, "tuition"),
        Goods("JU-H2", "高校生 受験コース", "High school, entrance examinations", "月", JUKU, 36_000, "tuition"),
        Goods("JU-BK", "教材費", "Textbooks", "式", JUKU, 3_000, "materials"),
        Goods("JU-EX", "実力テスト", "Practice test", "回", JUKU, 4_500, "materials"),
        Goods("JU-SU", "夏期講習", "Summer course", "式", JUKU, 31_000, "tuition"),
        Goods("JU-WI", "冬期講習", "Winter course", "式", JUKU, 21_000, "tuition"),
        Goods("TO-M", "灯台文庫 月会員", "Lighthouse Library, monthly", "月", LIBRARY, 900, "membership"),
        Goods("TO-P", "灯台文庫 プレミアム会員", "Lighthouse Library, premium", "月", LIBRARY, 1_800, "membership"),
        Goods("TO-Y", "灯台文庫 年会員", "Lighthouse Library, yearly", "年", LIBRARY, 12_000, "membership"),
        Goods("TO-C", "灯台文庫 法人会員", "Lighthouse Library, corporate", "年", LIBRARY, 300_000, "membership"),
        Goods("HI-BSK", "竹かご", "Bamboo basket", "個", SHOP, 3_800, "goods"),
        Goods("HI-POT", "鉢カバー", "Pot cover", "個", SHOP, 2_400, "goods"),
        Goods("HI-SCI", "園芸ばさみ", "Garden scissors", "丁", SHOP, 5_000, "goods"),
        Goods("HI-BRM", "棕櫚ほうき", "Hemp-palm broom", "本", SHOP, 1_480, "goods"),
        Goods("HI-TOY", "積み木セット", "Building blocks", "箱", SHOP, 8_500, "goods"),
        Goods("HI-CUP", "湯のみ", "Tea cup", "個", SHOP, 1_650, "goods"),
        Goods("HI-TWL", "手ぬぐい", "Towel", "枚", SHOP, 980, "goods"),
        Goods("HI-TEA", "ほうじ茶 200g", "Roasted tea 200 g", "袋", SHOP, 1_200, "food", "reduced"),
        Goods("HI-SWT", "干菓子 詰合せ", "Dry sweets", "箱", SHOP, 2_300, "food", "reduced"),
        Goods("HI-SHP", "送料", "Delivery", "件", SHOP, 650, "goods"),
    )
}
SHELF = ("HI-BSK", "HI-POT", "HI-SCI", "HI-BRM", "HI-TOY", "HI-CUP", "HI-TWL", "HI-TEA", "HI-SWT")
CHANNELS = (("店頭", 3), ("通販", 5), ("電話", 2))


@dataclass(frozen=True, slots=True)
class Sold:
    """One sale line to be recorded. `own_id` makes a second recording impossible; amounts without tax."""

    own_id: str
    customer: str
    goods: Goods
    on: date
    quantity: int
    unit_minor: int
    text: str
    channel: str = ""


def sold_between(cast: Cast, first: date, last: date) -> list[Sold]:
    """Everything sold in the days from `first` to `last` of one month, by day and customer."""
    lines: list[Sold] = []
    for person in cast.people:
        rng = Random(f"{SEED}:{person.code}:{first:%Y%m}")  # noqa: S311
        lines += [line for line in _of_month(person, first.replace(day=1), rng) if first <= line.on <= last]
    lines += _of_stories(cast, first, last)
    return sorted(lines, key=lambda line: (line.on, line.own_id))


def _of_stories(cast: Cast, first: date, last: date) -> Iterator[Sold]:
    for number, bought in enumerate(BOUGHT):
        if first <= (bought.told_on or bought.on) <= last:
            yield Sold(
                f"story-{number}", cast.codes[bought.who], GOODS[bought.product], bought.on, bought.quantity,
                bought.unit_minor, bought.text, "電話",
            )  # fmt: skip


def _of_month(person: Person, month: date, rng: Random) -> Iterator[Sold]:
    if not person.is_here(month) or person.plan == "story":
        return
    if person.role == "pupil":
        yield from _school(person, month, rng)
    elif person.role == "member":
        yield from _membership(person, month)
    elif person.role == "account":
        yield from _orders(person, month, rng, how_many=weighted(rng, ((0, 20), (1, 30), (2, 30), (3, 20))), most=12)
    elif person.role == "shopper" and rng.random() < 0.22:
        yield from _orders(person, month, rng, how_many=1, most=2)


def _school(person: Person, month: date, rng: Random) -> Iterator[Sold]:
    child = person.name.split()[-1]
    yield _line(person, GOODS[person.plan], month, 1, f"{month.month}月分 月謝 {GOODS[person.plan].name}（{child}）")
    if person.plan in ("JU-H1", "JU-H2"):
        return  # they bring the books of their own schools
    extras = {4: ("JU-BK", 1.0), 10: ("JU-BK", 1.0), 6: ("JU-EX", 0.5), 12: ("JU-WI", 0.45), 7: ("JU-SU", 0.55)}
    code, chance = extras.get(month.month, ("", 0.0))
    if rng.random() < chance:
        on = month.replace(day=20) if code in ("JU-SU", "JU-WI") else month
        yield _line(person, GOODS[code], on, 1, f"{GOODS[code].name}（{child}）")


def _membership(person: Person, month: date) -> Iterator[Sold]:
    goods = GOODS[person.plan]
    if person.plan != "TO-Y":
        yield _line(person, goods, month, 1, f"{goods.name} {month.month}月分")
    elif month.month == person.joined_on.month:
        yield _line(person, goods, month, 1, f"{goods.name} {month.year}年{month.month}月から1年")


def _orders(person: Person, month: date, rng: Random, *, how_many: int, most: int) -> Iterator[Sold]:
    for order in range(how_many):
        on = _business_day(month, rng)
        channel = weighted(rng, CHANNELS)
        for place in range(1 + int(rng.random() * 3)):
            goods = GOODS[pick(rng, SHELF)]
            yield _line(person, goods, on, 1 + int(rng.random() * most), goods.name, f"{order}-{place}", channel)
        if channel == "通販":
            yield _line(person, GOODS["HI-SHP"], on, 1, "送料", f"{order}-s", channel)


def _business_day(month: date, rng: Random) -> date:
    while True:
        day = month.replace(day=1 + int(rng.random() * 28))
        if is_business_day(day):
            return day


def _line(person: Person, goods: Goods, on: date, quantity: int, text: str, own: str = "", channel: str = "") -> Sold:
    own_id = f"{on:%Y%m}-{person.code}-{goods.code}{'-' + own if own else ''}"
    return Sold(own_id, person.code, goods, on, quantity, goods.unit_minor, text, channel)
