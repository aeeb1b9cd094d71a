"""Invented names, and the ways in which banks and people spell them. Independent of the normaliser under test.

Every name is unique by construction: heads are made of two-kana morphemes at fixed positions, so two different
numbers never give the same kana. What may collide (namesakes) is made to collide on purpose by the scenes.
"""

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


MORPHEMES = _words(
    "ヤマ カワ ムラ サワ モリ ハラ タケ キシ オカ ミネ イシ スギ マツ クラ ハマ ツカ ニシ キタ ヒガ ミナ アサ "
    "フカ タカ ナガ ヒラ ホリ ノダ カネ シバ ヨシ トミ アキ フジ クリ ウメ ツル カメ トリ イケ セキ ハシ ミズ "
    "シマ ナカ イワ クロ アオ シロ"
)
GIVEN = _words(
    "タロウ ハナコ ショウタ ユウキ ケンジ ミサキ アイ リョウ ジュンコ マサキ ヒロシ カオリ シュンスケ ナナミ "
    "ダイスケ エミ タクヤ サクラ キョウコ ソウタ ヒナ レン ツムギ アオイ ミナト ハルト メイ リン イツキ コハル "
    "ヤマト ヒマリ カイト ユイ アサヒ シオリ リク ミオ ゲンキ ジロウ サブロウ ヨウコ トモコ ノリコ マリコ ヒデキ "
    "カズオ テツヤ ナオミ アケミ フミオ シゲル イサム マモル ススム ツトム シュウジ リュウノスケ シンイチロウ "
    "ケイイチ ヨシエ ミチヨ キヨシ タダシ ヒサシ アツシ タケシ サトシ マコト アキラ ジュン ヒカル チヅル シズカ "
    "ワカバ モモカ リョウヘイ ショウゴ キョウヘイ ジョウジ チヒロ ヒヨリ スミレ ボタン ガク ゴウ ダイチ ドウゲン "
    "ビワ"
)
TRADES = _words(
    "ショウジ コウギョウ ケンセツ サービス フーズ シヨウカイ カコウ デンキ デザイン コンサルティング シャリョウ "
    "ジュウタク キカイ ホールディングス インサツ セイヤク スイサン ボウエキ フドウサン リョコウ キョウイク "
    "メディカル モーターズ クリーニング"
)
LONG_TRADES = _words(
    "システムソリューションズサービスセンター コンサルティングパートナーズジャパン "
    "エンジニアリングホールディングス ロジスティクスネットワークサービス"
)
FORMS = (("カ", "カブシキガイシャ"), ("ユ", "ユウゲンガイシャ"), ("ド", "ゴウドウガイシャ"))

PEOPLE = len(MORPHEMES) ** 2 * len(GIVEN)

SMALL = str.maketrans("ァィゥェォッャュョヮ", "アイウエオツヤユヨワ")
VOICED = dict(
    zip("ガギグゲゴザジズゼゾダヂヅデドバビブベボヴ", "カキクケコサシスセソタチツテトハヒフヘホウ", strict=True)
)
HALF_VOICED = dict(zip("パピプペポ", "ハヒフヘホ", strict=True))
FULL = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモ"
    "ヤユヨラリルレロワヲンァィゥェォッャュョー（）　・"
)
HALF = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝｧｨｩｪｫｯｬｭｮｰ() ･"
TO_HALF = str.maketrans(FULL, HALF)
PREFIXES = ("振込 ", "フリコミ ", "振込　", "フリコミ　", "お振込 ")
DASHES = ("-", "－", "ｰ", "−", "—", "")


def pick(rng: random.Random, choices: Sequence[T]) -> T:
    """One of `choices`; built on random() alone, whose stream Python keeps stable between versions."""
    return choices[int(rng.random() * len(choices))]


def person(number: int) -> tuple[str, str]:
    """Family and given name in kana; different for every number below PEOPLE."""
    surname, given = divmod(number, len(GIVEN))
    first, second = divmod(surname, len(MORPHEMES))
    if number >= PEOPLE:
        raise ValueError(f"No more than {PEOPLE} people can be named.")
    return MORPHEMES[first] + MORPHEMES[second], GIVEN[given]


def company(number: int, *, long: bool = False) -> str:
    """Trading name in kana without legal form; the part that tells it apart is in its first six kana."""
    trades = LONG_TRADES if long else TRADES
    head, trade = divmod(number, len(trades))
    head, third = divmod(head, len(MORPHEMES))
    first, second = divmod(head, len(MORPHEMES))
    return MORPHEMES[first % len(MORPHEMES)] + MORPHEMES[second] + MORPHEMES[third] + trades[trade]


def as_bank_writes(text: str) -> str:
    """Half-width, large kana, voicing marks apart: the form of JIS X 0201 in Zengin files."""
    apart = "".join(_apart(letter) for letter in text.translate(SMALL))
    return apart.translate(TO_HALF).replace("ー", "ｰ").replace("ｰ", "-")


def variant(rng: random.Random, kana: str) -> str:
    """One of the differences of japan.md 2.3: width, small letters, dash, split marks, spaces, a bank's prefix."""
    kind = int(rng.random() * 6)
    if kind == 0:
        return kana.translate(SMALL)
    if kind == 1:
        return as_bank_writes(kana).replace("-", pick(rng, DASHES))
    if kind == 2:
        return pick(rng, PREFIXES) + as_bank_writes(kana)
    if kind == 3:
        return kana.translate(SMALL).replace("ー", pick(rng, DASHES)).replace(" ", "")
    if kind == 4:
        return "".join(_split_sign(letter) for letter in kana.translate(SMALL))
    return kana.replace(" ", "　")


def company_variant(rng: random.Random, name: str, form: tuple[str, str]) -> str:
    """The legal form short, long, on the other side, in the wrong brackets, cut, or missing."""
    short, long = form
    kind = int(rng.random() * 7)
    written = (
        f"{short}){name}",
        f"{name}({short}",
        f"({short}){name}",
        f"{name}({short})",
        name,
        f"{long} {name}",
        f"{name}（",
    )[kind]
    return as_bank_writes(written) if rng.random() < 0.7 else written.translate(SMALL)


def _apart(letter: str) -> str:
    if letter in VOICED:
        return VOICED[letter] + "ﾞ"
    return HALF_VOICED[letter] + "ﾟ" if letter in HALF_VOICED else letter


def _split_sign(letter: str) -> str:
    if letter in VOICED:
        return VOICED[letter] + "゛"
    return HALF_VOICED[letter] + "゜" if letter in HALF_VOICED else letter
