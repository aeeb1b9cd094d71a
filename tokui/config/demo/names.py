"""Invented names, addresses and numbers. Every combination is made up; phone ranges and domains belong to nobody.

Kana are given with each part of a name, because only the bearer knows how kanji are read.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TypeVar

from tokui.core.values.registrations import check_digit

T = TypeVar("T")


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    """`髙﨑 タカサキ` per line or slash: (kanji, kana)."""
    parts = (part.split() for part in text.replace("\n", "/").split("/"))
    return tuple((kanji, kana) for kanji, kana in (part for part in parts if part))


SURNAMES = _pairs(
    """髙﨑 タカサキ/高崎 タカサキ/渡邉 ワタナベ/渡邊 ワタナベ/渡部 ワタナベ/斎藤 サイトウ/齋藤 サイトウ/齊藤 サイトウ/濵田 ハマダ/德永 トクナガ
    佐々木 ササキ/五十嵐 イガラシ/長谷川 ハセガワ/小野寺 オノデラ/伊集院 イジュウイン/三ケ島 ミカジマ/二階堂 ニカイドウ/久保田 クボタ/大久保 オオクボ
    青木 アオキ/赤坂 アカサカ/秋山 アキヤマ/浅野 アサノ/安藤 アンドウ/飯田 イイダ/池上 イケガミ/石橋 イシバシ/市川 イチカワ/井上 イノウエ/今井 イマイ
    岩崎 イワサキ/上野 ウエノ/内山 ウチヤマ/梅原 ウメハラ/江口 エグチ/遠藤 エンドウ/大塚 オオツカ/岡本 オカモト/荻野 オギノ/奥村 オクムラ/尾崎 オザキ
    小澤 オザワ/香川 カガワ/片山 カタヤマ/桂 カツラ/神谷 カミヤ/川口 カワグチ/菊地 キクチ/岸本 キシモト/北川 キタガワ/桐生 キリュウ/工藤 クドウ
    熊谷 クマガイ/栗原 クリハラ/桑田 クワタ/児玉 コダマ/後藤 ゴトウ/近藤 コンドウ/酒井 サカイ/桜庭 サクラバ/笹本 ササモト/澤田 サワダ/塩見 シオミ
    篠原 シノハラ/柴田 シバタ/島袋 シマブクロ/清水 シミズ/白石 シライシ/新庄 シンジョウ/菅原 スガワラ/杉浦 スギウラ/須藤 スドウ/瀬戸 セト/高柳 タカヤナギ
    滝沢 タキザワ/竹内 タケウチ/谷口 タニグチ/千葉 チバ/辻本 ツジモト/土屋 ツチヤ/津田 ツダ/寺尾 テラオ/土井 ドイ/東條 トウジョウ/富永 トミナガ
    中島 ナカジマ/長尾 ナガオ/成瀬 ナルセ/西岡 ニシオカ/根岸 ネギシ/野口 ノグチ/橋爪 ハシヅメ/服部 ハットリ/早川 ハヤカワ/原口 ハラグチ/日高 ヒダカ
    平野 ヒラノ/福原 フクハラ/藤沢 フジサワ/古川 フルカワ/星野 ホシノ/堀内 ホリウチ/本多 ホンダ/前川 マエカワ/町田 マチダ/松井 マツイ/三浦 ミウラ
    水沢 ミズサワ/宮崎 ミヤザキ/村瀬 ムラセ/望月 モチヅキ/森下 モリシタ/八木 ヤギ/安田 ヤスダ/矢野 ヤノ/山内 ヤマウチ/横尾 ヨコオ/吉岡 ヨシオカ
    米山 ヨネヤマ/若林 ワカバヤシ/鷲尾 ワシオ/龍崎 リュウザキ/榊 サカキ/楠木 クスノキ/一ノ瀬 イチノセ/四方 シカタ/丸茂 マルモ/鴨志田 カモシダ"""
)

GIVEN = _pairs(
    """明美 アケミ/綾子 アヤコ/郁恵 イクエ/恵美 エミ/香織 カオリ/和子 カズコ/京子 キョウコ/久美子 クミコ/早苗 サナエ/聡子 サトコ/静香 シズカ/純子 ジュンコ
    節子 セツコ/多恵 タエ/千鶴 チヅル/智美 トモミ/奈緒 ナオ/典子 ノリコ/治美 ハルミ/裕子 ヒロコ/冬美 フユミ/真由美 マユミ/美穂 ミホ/弥生 ヤヨイ
    優花 ユウカ/陽子 ヨウコ/理恵 リエ/若菜 ワカナ/章夫 アキオ/篤 アツシ/勇 イサム/一郎 イチロウ/英二 エイジ/修平 シュウヘイ/薫 カオル/克己 カツミ
    健太郎 ケンタロウ/浩介 コウスケ/悟 サトル/繁 シゲル/誠 マコト/慎二 シンジ/聡一 ソウイチ/大輔 ダイスケ/孝之 タカユキ/拓郎 タクロウ/忠 タダシ/達也 タツヤ
    哲夫 テツオ/俊彦 トシヒコ/直人 ナオト/信行 ノブユキ/秀樹 ヒデキ/博 ヒロシ/文雄 フミオ/正和 マサカズ/満 ミツル/康弘 ヤスヒロ/雄一 ユウイチ/義明 ヨシアキ
    隆一 リュウイチ/渉 ワタル"""
)

CHILDREN = _pairs(
    """蒼 アオ/葵 アオイ/朝陽 アサヒ/綾乃 アヤノ/樹 イツキ/詩 ウタ/瑛太 エイタ/櫂 カイ/奏 カナデ/絆 キズナ/心春 コハル/咲良 サクラ/紗良 サラ/翔 ショウ
    奏太 ソウタ/大和 ヤマト/千紘 チヒロ/紬 ツムギ/朱里 アカリ/凪 ナギ/七海 ナナミ/陽菜 ヒナ/陽翔 ハルト/響 ヒビキ/帆夏 ホノカ/舞 マイ/湊 ミナト/美桜 ミオ
    萌 モエ/優真 ユウマ/結菜 ユイナ/悠斗 ユウト/莉子 リコ/律 リツ/凛 リン/玲奈 レナ/蓮 レン/和奏 ワカナ"""
)

#: Trading names: a head and a trade, each with its reading.
HEADS = _pairs(
    """暁 アカツキ/朝凪 アサナギ/天野川 アマノガワ/泉ヶ丘 イズミガオカ/稲穂 イナホ/薄荷 ハッカ/海鳴 ウミナリ/遠州屋 エンシュウヤ/大楠 オオクス/風見 カザミ
    霞 カスミ/金木犀 キンモクセイ/九重 ココノエ/木霊 コダマ/笹舟 ササブネ/汐見 シオミ/白鷺 シラサギ/雀 スズメ/千歳 チトセ/蒼天 ソウテン/橘 タチバナ
    月見 ツキミ/椿 ツバキ/燈火 トウカ/常盤 トキワ/夏木立 ナツコダチ/虹 ニジ/野分 ノワキ/萩 ハギ/花筏 ハナイカダ/日向 ヒナタ/深山 ミヤマ/藤棚 フジダナ
    松籟 ショウライ/三日月 ミカヅキ/水鏡 ミズカガミ/都鳥 ミヤコドリ/紅葉 モミジ/八雲 ヤクモ/山吹 ヤマブキ/夕凪 ユウナギ/雪椿 ユキツバキ/若草 ワカクサ"""
)
TRADES = _pairs(
    """商事 ショウジ/工務店 コウムテン/食品 ショクヒン/印刷 インサツ/設計 セッケイ/製作所 セイサクショ/造園 ゾウエン/商店 ショウテン/運輸 ウンユ
    電機 デンキ/不動産 フドウサン/旅館 リョカン/フーズ フーズ/デザイン デザイン/システム システム/サービス サービス/ホールディングス ホールディングス
    コーポレーション コーポレーション/ティーディー ティーディー/ヴィラ ヴィラ"""
)


@dataclass(frozen=True, slots=True)
class LegalForm:
    """How a legal form stands in a register and, shortened, in a bank's line. `kind` is the customer's kind."""

    written: str
    short: str
    kind: str
    in_front: bool = True

    def name(self, trading: str) -> str:
        return f"{self.written}{trading}" if self.in_front else f"{trading}{self.written}"

    def paid_as(self, kana: str) -> str:
        return f"{self.short}){kana}" if self.in_front else f"{kana}({self.short}"


#: Every form that the banks' table of abbreviations knows and that buys at a shop, with how often it comes.
FORMS: tuple[tuple[LegalForm, int], ...] = (
    (LegalForm("株式会社", "カ", "company"), 40),
    (LegalForm("株式会社", "カ", "company", in_front=False), 22),
    (LegalForm("有限会社", "ユ", "company"), 12),
    (LegalForm("有限会社", "ユ", "company", in_front=False), 4),
    (LegalForm("合同会社", "ド", "company"), 8),
    (LegalForm("合資会社", "シ", "company"), 2),
    (LegalForm("合名会社", "メ", "company"), 2),
    (LegalForm("医療法人社団", "イ", "company"), 5),
    (LegalForm("学校法人", "ガク", "school"), 5),
    (LegalForm("社会福祉法人", "フク", "nonprofit"), 4),
    (LegalForm("特定非営利活動法人", "トクヒ", "nonprofit"), 3),
    (LegalForm("一般社団法人", "シヤ", "nonprofit"), 3),
    (LegalForm("公益財団法人", "ザイ", "nonprofit"), 2),
    (LegalForm("宗教法人", "シユウ", "nonprofit"), 2),
    (LegalForm("税理士法人", "ゼイ", "company"), 2),
    (LegalForm("弁護士法人", "ベン", "company"), 1),
)
SHORT_FORMS = {"株式会社": "㈱", "有限会社": "㈲"}

TOWNS = (
    "みどり町", "若葉台", "泉が丘", "港北通", "中央", "桜木町", "大手町通", "東雲", "城南", "緑が丘", "旭ヶ丘", "北新町", "松原", "川端町", "月見台",
)  # fmt: skip
BANKS = (("ﾐﾄﾞﾘ", "ｱｵﾊﾞ"), ("ｱｹﾎﾞﾉｼﾝｷﾝ", "ﾋｶﾞｼ"), ("ｻｻﾌﾞﾈ", "ﾎﾝﾃﾝ"), ("ﾐﾄﾞﾘ", "ｷﾀﾏﾁ"), ("ﾂｷﾐ", "ｲﾝﾀ-ﾈﾂﾄ"))


def pick(rng: Random, choices: tuple[T, ...] | list[T]) -> T:
    """One of `choices`; built on random() alone, whose stream Python keeps stable between versions."""
    return choices[int(rng.random() * len(choices))]


def weighted(rng: Random, choices: tuple[tuple[T, int], ...]) -> T:
    """One of `choices` in proportion to its weight."""
    point = rng.random() * sum(weight for _choice, weight in choices)
    for choice, weight in choices:
        point -= weight
        if point < 0:
            return choice
    return choices[-1][0]


def mobile(number: int) -> str:
    """080-0000-xxxx: a range that no carrier was given. (090-0000 and 03-0000 are refused as impossible numbers.)"""
    return f"080-0000-{number % 10_000:04d}"


def landline(number: int) -> str:
    return f"06-0000-{number % 10_000:04d}"


def corporate_number(number: int) -> str:
    """A thirteen-digit number with the right check digit, in a range that was never given out."""
    base = f"0000{number:08d}"
    return f"{check_digit(base)}{base}"


def registration_number(number: int) -> str:
    return f"T{corporate_number(number)}"


def address(rng: Random) -> tuple[str, str]:
    """(postal code, address) in the city of Aoba, which does not exist."""
    town = int(rng.random() * len(TOWNS))
    chome, block, house = (1 + int(rng.random() * most) for most in (5, 20, 15))
    rooms = (
        (f" {pick(rng, HEADS)[0]}ハイツ{int(rng.random() * 5 + 1)}0{int(rng.random() * 8 + 1)}",)
        if rng.random() < 0.3
        else ("",)
    )
    return f"000-{town + 1:04d}", f"青葉市{TOWNS[town]}{chome}-{block}-{house}{rooms[0]}"
