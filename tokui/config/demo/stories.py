"""The persons whom the screens and the tour speak of, what they bought, and the seven deposits that wait today.

They are the people of the design's reconciliation page. Each waiting deposit shows another reason why a machine must not
decide; `expects` names it and the story test compares it with what the real matcher says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tokui.config.demo.cast import JUKU, LIBRARY, MEMBER_TERMS, SHOP, SHOPPER_TERMS, Person, Terms
from tokui.config.demo.names import corporate_number, landline, registration_number

MONTH_END = Terms(31, 1, 31)
NOVEMBER = date(2026, 11, 1)
OLD = date(2023, 9, 1)


def _family(
    code: str, parent: tuple[str, str], *children: tuple[str, str, str], joined: date = OLD, silent: date | None = None
) -> list[Person]:
    """A guardian and pupils as (name, kana, plan)."""
    guardian = Person(
        code, *parent, "guardian", JUKU, joined_on=joined, silent_from=silent, postal_code="000-0001",
        address=f"青葉市みどり町2-{len(code)}-8", tags=("保護者",),
    )  # fmt: skip
    pupils = [
        Person(
            f"{code}{number}", name, kana, "pupil", JUKU, plan=plan, bill_to=code, joined_on=joined, delivery="none",
            tags=("生徒",),
        )
        for number, (name, kana, plan) in enumerate(children, start=1)
    ]  # fmt: skip
    return [guardian, *pupils]


def _company(
    code: str, name: str, kana: str, pays_as: str, number: int, *, kind: str = "company", silent: date | None = None,
    business: str = SHOP, habit: str = "prompt",
) -> Person:  # fmt: skip
    return Person(
        code, name, kana, "account", business, kind=kind, pays_as=pays_as, habit=habit, plan="story", terms=MONTH_END,
        joined_on=OLD, silent_from=silent, phone=landline(number), postal_code="000-0005", address=f"青葉市中央1-{number}-2",
        corporate_number=corporate_number(900_000 + number), registration_number=registration_number(900_000 + number),
        tags=("掛売",),
    )  # fmt: skip


NAMED: tuple[Person, ...] = (
    *_family("n-ota", ("太田 由紀", "オオタ ユキ"), ("太田 湊", "オオタ ミナト", "JU-J2"), silent=NOVEMBER),
    Person(
        "n-oota", "大田 裕樹", "オオタ ユウキ", "member", LIBRARY, plan="TO-Y", terms=MEMBER_TERMS,
        joined_on=date(2024, 11, 1), silent_from=NOVEMBER, tags=("会員",),
    ),
    *_family("n-nakamura", ("中村 修", "ナカムラ オサム"), ("中村 颯太", "ナカムラ ソウタ", "JU-H1"), silent=date(2026, 10, 1)),
    *_family("n-yamashita1", ("山下 あかね", "ヤマシタ アカネ"), ("山下 優", "ヤマシタ ユウ", "JU-J2"),
             joined=NOVEMBER, silent=NOVEMBER),
    *_family("n-yamashita2", ("山下 茜", "ヤマシタ アカネ"), ("山下 空", "ヤマシタ ソラ", "JU-J2"),
             ("山下 海", "ヤマシタ ウミ", "JU-E2"), joined=NOVEMBER, silent=NOVEMBER),
    *_family("n-yamashita3", ("山下 朱音", "ヤマシタ アカネ"), ("山下 灯", "ヤマシタ アカリ", "JU-E2"),
             ("山下 澄", "ヤマシタ スミ", "JU-J2"), joined=NOVEMBER, silent=NOVEMBER),
    *_family("n-kuroda", ("黒田 直樹", "クロダ ナオキ"), ("黒田 樹", "クロダ イツキ", "JU-J2"), silent=date(2026, 8, 1)),
    *_family("n-kobayashi", ("小林 由美子", "コバヤシ ユミコ"), ("小林 光", "コバヤシ ヒカル", "JU-E1"), silent=NOVEMBER),
    *_family("n-sato", ("佐藤 晴香", "サトウ ハルカ"), ("佐藤 陸", "サトウ リク", "JU-E2"), silent=NOVEMBER),
    *_family("n-tanaka", ("田中 浩一", "タナカ コウイチ"), ("田中 澪", "タナカ ミオ", "JU-J5"), silent=NOVEMBER),
    *_family("n-mori", ("森 千尋", "モリ チヒロ"), ("森 桃", "モリ モモ", "JU-E1"), silent=NOVEMBER),
    Person("n-emily", "Emily Carter", "エミリー カーター", "member", LIBRARY, plan="TO-P", terms=MEMBER_TERMS, habit="card",
           joined_on=date(2025, 4, 1), silent_from=NOVEMBER, tags=("会員",)),
    Person("n-fujii", "藤井 拓海", "フジイ タクミ", "member", LIBRARY, plan="TO-P", terms=MEMBER_TERMS, habit="card",
           joined_on=date(2025, 2, 1), silent_from=date(2026, 10, 1), tags=("会員",)),
    Person("n-watanabe", "渡辺 健", "ワタナベ ケン", "member", LIBRARY, plan="TO-M", terms=MEMBER_TERMS, habit="card",
           joined_on=date(2024, 6, 1), left_on=date(2026, 11, 1), tags=("会員", "退会")),
    Person("n-ishikawa", "石川 美咲", "イシカワ ミサキ", "shopper", SHOP, plan="story", terms=SHOPPER_TERMS, joined_on=OLD,
           silent_from=NOVEMBER, tags=("通販",)),
    _company("n-hokuto", "株式会社 北斗企画", "ホクト・キカク", "カ)ホクトキカク", 1, business=LIBRARY, silent=date(2026, 10, 1)),
    _company("n-hanamaru", "はなまる園芸店", "ハナマルエンゲイテン", "ハナマルエンゲイテン", 2, silent=date(2026, 8, 1)),
    _company("n-sakuradai", "学校法人さくら台学園 さくら台こども園", "サクラダイコドモエン", "ガク)サクラダイガクエン", 3, kind="school"),
    _company("n-ward", "青葉市みどり区役所", "アオバシミドリクヤクシヨ", "アオバシミドリクカイケイカンリシヤ", 4, kind="government"),
    _company("n-yunagi", "有限会社 夕凪商会", "ユウナギショウカイ", "ユ)ユウナギシヨウカイ", 5, silent=date(2026, 1, 1)),
    _company("n-tadokoro", "医療法人社団 田所医院", "タドコロイイン", "イ)タドコロイイン", 6, kind="company"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bought:
    """A sale that a story needs: without tax, per unit. `told_on` is when we learned of it, if that was later."""

    who: str
    product: str
    on: date
    quantity: int
    unit_minor: int
    text: str
    told_on: date | None = None


BOUGHT: tuple[Bought, ...] = (
    Bought("n-hokuto", "TO-C", date(2026, 10, 20), 1, 300_000, "法人会員 年会費（2026年10月〜2027年9月）"),
    Bought("n-hanamaru", "HI-POT", date(2026, 8, 21), 20, 2_000, "鉢カバー 素焼き風 中"),
    Bought("n-hanamaru", "HI-POT", date(2026, 9, 18), 10, 2_000, "鉢カバー 素焼き風 中"),
    Bought("n-hanamaru", "HI-SCI", date(2026, 10, 14), 13, 5_000, "園芸ばさみ 黒打ち"),
    Bought("n-ishikawa", "HI-BSK", date(2026, 11, 12), 1, 7_900, "竹かご 持ち手つき"),
    Bought("n-sakuradai", "HI-TOY", date(2026, 5, 13), 8, 8_500, "積み木セット 無塗装"),
    Bought("n-sakuradai", "HI-TOY", date(2026, 9, 9), 8, 8_500, "積み木セット 無塗装"),
    Bought("n-sakuradai", "HI-TOY", date(2026, 11, 13), 8, 8_500, "積み木セット 無塗装"),
    Bought("n-ward", "HI-BRM", date(2026, 3, 10), 60, 1_480, "ほうき 棕櫚 短柄（年度末納品）"),
    Bought("n-ward", "HI-BRM", date(2026, 9, 29), 40, 1_480, "ほうき 棕櫚 短柄"),
    Bought("n-yunagi", "HI-BSK", date(2026, 1, 20), 12, 7_000, "竹かご 店頭用"),
    Bought("n-tadokoro", "HI-TEA", date(2026, 6, 11), 30, 1_200, "ほうじ茶 中元のし付"),
    Bought("n-tadokoro", "HI-SWT", date(2026, 9, 24), 10, 2_300, "干菓子 詰合せ（納品書 遅着）", date(2026, 10, 16)),
    Bought("n-tadokoro", "HI-TEA", date(2026, 10, 8), 24, 1_200, "ほうじ茶 来客用"),
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A deposit that a person must decide. `expects`: the reason that holds it, as a code of the matcher."""

    payer: str
    amount_minor: int
    on: date
    bank: str
    expects: str
    origin: tuple[str, str] = ("ﾐﾄﾞﾘ", "ｱｵﾊﾞ")


WAITING: tuple[Waiting, ...] = (
    Waiting("オオタ ユキ", 13_200, date(2026, 11, 20), "midori", "amount_partial"),
    Waiting("カ)ホクトキカク", 329_340, date(2026, 11, 20), "midori", "amount_less_fee"),
    Waiting("ナカムラ オサム", 26_400, date(2026, 11, 20), "midori", "other_set_fits"),
    Waiting("ハナマルエンゲイテン", 65_340, date(2026, 11, 19), "midori", "amount_less_fee", ("ﾐﾄﾞﾘ", "ｷﾀﾏﾁ")),
    Waiting("イシカワ ミサキ", 9_240, date(2026, 11, 19), "midori", "amount_over"),
    Waiting("ヤマシタ アカネ", 48_400, date(2026, 11, 19), "midori", "other_payer_fits"),
    Waiting("キムラ ショウテン", 5_500, date(2026, 11, 18), "akebono", "unknown", ("ｱｹﾎﾞﾉｼﾝｷﾝ", "ﾋｶﾞｼ")),
)


@dataclass(frozen=True, slots=True)
class OnTime:
    """A payment of this morning that needs nobody."""

    who: str
    on: date
    bank: str = "midori"


ON_TIME: tuple[OnTime, ...] = (
    OnTime("n-kobayashi", date(2026, 11, 20)),
    OnTime("n-sato", date(2026, 11, 20)),
    OnTime("n-tanaka", date(2026, 11, 20)),
)
