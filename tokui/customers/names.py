"""One name, however a bank or a person spells it: keys for matching payers and for people's search. Pure.

Japanese bank statements carry payers in kana whose width, small letters, voicing marks, dashes and legal form differ
from the register. The raw text is kept elsewhere for ever; here it is reduced to keys that two spellings of one name
share. Legal forms and their abbreviations are those that Japanese banks publish (`kana_abbreviations.tsv`); the kanji
in brackets of `_KANJI_SHORT` are customary.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

_VOICED, _HALF_VOICED = "\u3099", "\u309a"
_HIRAGANA_TO_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
_BEFORE_FOLDING = _HIRAGANA_TO_KATAKANA | {ord("゛"): _VOICED, ord("゜"): _HALF_VOICED, ord("ゟ"): "ヨリ"}
_IS_TO_JOIN = re.compile("[ぁ-ゖ゛゜ゟ]").search
_SMALL_TO_LARGE = str.maketrans("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ")
_DASHES = dict.fromkeys(map(ord, "ー‐‑‒–—―−─━﹣-˗⁃"), "-")
_BRACKETS = str.maketrans("[]{}〔〕【】「」『』〈〉《》", "()" * 8)
_BLANKS = dict.fromkeys(map(ord, "\t\r\n\v\f\u2028\u2029\u0085\x1c\x1d\x1e\x1f"), " ")
_AFTER_FOLDING = (
    _SMALL_TO_LARGE
    | _DASHES
    | _BRACKETS
    | _BLANKS
    | {ord(_VOICED): None, ord(_HALF_VOICED): None, 0: None, 0xFEFF: None}
)
_HEARD_ALIKE = str.maketrans("ヲヂヅヴヰヱ", "オジズブイエ")
_NOT_LOOSE = re.compile(r"[\W_]+")
_SPACES = re.compile(r"\s+")

_KANJI_SHORT = {
    "株": "カ", "有": "ユ", "名": "メ", "資": "シ", "同": "ド", "合": "ド", "医": "イ", "財": "ザイ", "社": "シヤ",
    "宗": "シユウ", "学": "ガク", "福": "フク", "相": "ソ", "特非": "トクヒ", "独": "ドク", "税": "ゼイ", "弁": "ベン",
}  # fmt: skip
_LONG_READINGS = {
    "カブシキガイシヤ": "カ", "カブシキカイシヤ": "カ", "ユウゲンガイシヤ": "ユ", "ユウゲンカイシヤ": "ユ",
    "ゴウドウガイシヤ": "ド", "ゴウドウカイシヤ": "ド", "ゴウシガイシヤ": "シ", "ゴウシカイシヤ": "シ",
    "ゴウメイガイシヤ": "メ", "ゴウメイカイシヤ": "メ", "ソウゴガイシヤ": "ソ", "ソウゴカイシヤ": "ソ",
    "シヤカイイリヨウホウジン": "イ", "イリヨウホウジン": "イ",
    "イリヨウホウジンシヤダン": "イ", "イリヨウホウジンザイダン": "イ",
    "イツパンザイダンホウジン": "ザイ", "コウエキザイダンホウジン": "ザイ", "ザイダンホウジン": "ザイ",
    "イツパンシヤダンホウジン": "シヤ", "コウエキシヤダンホウジン": "シヤ", "シヤダンホウジン": "シヤ",
    "シユウキヨウホウジン": "シユウ", "ガツコウホウジン": "ガク",
    "シヤカイフクシホウジン": "フク", "コウセイホゴホウジン": "ホゴ",
    "トクテイヒエイリカツドウホウジン": "トクヒ", "NPO法人": "トクヒ",
    "NPOホウジン": "トクヒ", "エヌピ-オ-ホウジン": "トクヒ",
    "チホウドクリツギヨウセイホウジン": "チドク", "ドクリツギヨウセイホウジン": "ドク", "ベンゴシホウジン": "ベン",
    "ギヨウセイシヨシホウジン": "ギヨ", "シホウシヨシホウジン": "シホウ", "ゼイリシホウジン": "ゼイ",
    "コクリツダイガクホウジン": "ダイ", "コウリツダイガクホウジン": "ダイ", "ノウジクミアイホウジン": "ノウ",
    "カンリクミアイホウジン": "カンリ", "シヤカイホケンロウムシホウジン": "ロウム",
}  # fmt: skip


def _table() -> list[tuple[str, str, str]]:
    """Rows (class, term, abbreviation) of the bankers' table."""
    lines = files("tokui.customers").joinpath("kana_abbreviations.tsv").read_text("utf-8").splitlines()[1:]
    return [(parts[0], parts[1], parts[2]) for parts in (line.split("\t") for line in lines if line)]


_TABLE = _table()
_CORPORATE = {term: abbreviation for group, term, abbreviation in _TABLE if group == "法人"}
_OFFICES = {abbreviation for group, _, abbreviation in _TABLE if group == "営業所"}
_LONG = {**_CORPORATE, **_LONG_READINGS}
_SHORT = {abbreviation: abbreviation for abbreviation in _CORPORATE.values()} | _KANJI_SHORT
_LONGEST_FIRST = sorted(_LONG, key=len, reverse=True)
_LONG_TUPLE = tuple(_LONGEST_FIRST)
_LONG_FIRST, _LONG_LAST = {term[0] for term in _LONGEST_FIRST}, {term[-1] for term in _LONGEST_FIRST}
_LONG_CUT_LAST = frozenset("キガカイシ")
_BASE = {
    letter: unicodedata.normalize("NFD", letter)[0] for letter in "ガギグゲゴザジズゼゾダヂヅデドバビブベボパピプペポヴ"
}


def _partials() -> set[str]:
    """What is left of an abbreviation when the field ends within it; the voicing mark falls first."""
    cut = set()
    for whole in {*_CORPORATE.values(), *_OFFICES}:
        for length in range(1, len(whole) + 1):
            cut |= {whole[:length], whole[: length - 1] + _BASE.get(whole[length - 1], whole[length - 1])}
    return cut


def _either(words: object) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))  # type: ignore[call-overload]


_FRONT = re.compile(rf"\(?({_either(_SHORT)})\)\s*")
_END = re.compile(rf"\s*[(.]({_either(_SHORT)})\)?$")
_MIDDLE = re.compile(rf"\(({_either(_SHORT)})\)")
_OFFICE_END = re.compile(rf"\(({_either(_OFFICES)})\)?$")
_DANGLING = re.compile(rf"\s*\((?:{_either(_partials())})?$")
_LONG_CUT = re.compile(r"(?:カブシキ(?:[ガカ]イ?シ?)?|(?:ユウゲン|ゴウドウ|ゴウシ|ゴウメイ)[ガカ]イ?シ?)$")
_BANK_WORDS = re.compile(
    r"(?:(?P<kanji>オ?振込(?:入金|資金)?|総合振込|給[料与](?:振込)?|賞与|振替(?:入金)?|他行振込|入金|送金)[\s:/]*"
    r"|(?P<kana>オ?フリコミ(?:ニユウキン)?|ソウゴウフリコミ|キユウ(?:ヨ|リヨウ)(?:フリコミ)?|シヨウヨ|フリカエ|ニユウキン|ソウキン)"
    r"(?:[\s:/]+|$))"
)
_BANK_WORD_STARTS = frozenset("振総給賞他入送オフソキシニ")
_LEADING_DIGITS = re.compile(r"(\d{4,}(?:-\d+)*)[\s:./-]*")
_TRAILING_DIGITS = re.compile(r"\s+[A-Z]{0,4}-?\d{4,}$")


class FormPosition(StrEnum):
    """Where the legal form stood. The register and the bank often disagree (前株, 後株)."""

    NONE = ""
    FRONT = "front"
    END = "end"
    MIDDLE = "middle"
    CUT = "cut"


@dataclass(frozen=True, slots=True)
class NameKey:
    """What two spellings of one name have in common.

    `strict` has no spaces, one kind of dash, large kana; `loose` also lost dashes, points and brackets, and letters
    that sound alike are one. `legal_form` is the banks' abbreviation (カ, ユ, イ ...) or "". `leading_reference` holds
    digits before the name, a customer's or an invoice's number perhaps; `prefixes` the words the bank put in front.
    """

    strict: str
    loose: str
    legal_form: str = ""
    form_position: FormPosition = FormPosition.NONE
    leading_reference: str = ""
    prefixes: tuple[str, ...] = ()

    @property
    def is_usable(self) -> bool:
        """A key of two characters or less names nobody."""
        return len(self.loose) > 2


@lru_cache(maxsize=1 << 16)
def name_key(raw: str) -> NameKey:
    """The keys of a payer's or customer's name. Any text is accepted; nonsense gives an empty key.

    Idempotent: the key of a strict key is that strict key.
    """
    name = _Peeled(folded(raw).strip())
    _peel_all(name)
    if " " in name.text:
        name.text = _composed(_SPACES.sub("", name.text))
        _peel_all(name)
    return NameKey(name.text, loose_key(name.text), name.form, name.position, name.reference, tuple(name.prefixes))


def folded(raw: str) -> str:
    """Width, case, kana kind and size, voicing marks, dashes and brackets made one; spaces and everything else stay."""
    if _IS_TO_JOIN(raw):
        raw = raw.translate(_BEFORE_FOLDING)
    text = unicodedata.normalize("NFKC", raw).upper().replace("ẞ", "SS").translate(_AFTER_FOLDING)
    return _composed(text)


def _composed(text: str) -> str:
    """What was taken out may have kept two characters apart that compose, or a sign was opened into hiragana."""
    return text if unicodedata.is_normalized("NFKC", text) and not _IS_TO_JOIN(text) else folded(text)


def loose_key(strict: str) -> str:
    """A strict key without marks, in which letters that are heard alike (ヂ ジ, ヅ ズ, ヲ オ, ヴ ブ) are one."""
    plain = strict if strict.isalnum() else _NOT_LOOSE.sub("", strict)
    return plain.translate(_HEARD_ALIKE)


def half_width_length(raw: str) -> int:
    """Characters that the name takes in a bank's fixed-width field, where a voicing mark is one of its own."""
    text = folded(raw)
    return len(text) + sum(letter in _BASE for letter in text)


def without_voicing(text: str) -> str:
    """Base letters only, to compare the last letter of a name that was cut before its voicing mark."""
    return "".join(_BASE.get(letter, letter) for letter in text)


class _Peeled:
    """A name in the course of losing what is not the name."""

    __slots__ = ("form", "position", "prefixes", "reference", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.form = self.reference = ""
        self.position = FormPosition.NONE
        self.prefixes: list[str] = []


def _peel_all(name: _Peeled) -> None:
    """Until nothing comes off: a prefix may hide a number, and a number a prefix."""
    before = None
    while name.text != before:
        before = name.text
        if before[:1] in _BANK_WORD_STARTS:
            _peel_bank_words(name)
        _peel_digits(name)
        if "(" in name.text or ")" in name.text or "." in name.text:
            _peel_short_forms(name)
        _peel_long_forms(name)
        name.text = name.text.strip()


def _peel_bank_words(name: _Peeled) -> None:
    if found := _BANK_WORDS.match(name.text):
        name.prefixes.append(found["kanji"] or found["kana"])
        name.text = name.text[found.end() :]


def _peel_digits(name: _Peeled) -> None:
    if name.text[:1].isdecimal() and (found := _LEADING_DIGITS.match(name.text)):
        name.reference = name.reference or found[1].replace("-", "")
        name.text = name.text[found.end() :]
    if name.text[-1:].isdecimal() and " " in name.text:
        name.text = _TRAILING_DIGITS.sub("", name.text)


def _peel_short_forms(name: _Peeled) -> None:
    if found := _FRONT.match(name.text):
        name.text = name.text[found.end() :]
        _note(name, _SHORT[found[1]], FormPosition.FRONT)
        if found[1] == "イ":
            name.text = name.text.removeprefix("シヤダン").removeprefix("ザイダン")
    if found := _OFFICE_END.search(name.text):
        name.text = name.text[: found.start()]
    if found := _END.search(name.text):
        name.text = name.text[: found.start()]
        _note(name, _SHORT[found[1]], FormPosition.END)
    if found := _MIDDLE.search(name.text):
        name.text = name.text[: found.start()] + name.text[found.end() :]
        _note(name, _SHORT[found[1]], FormPosition.MIDDLE)
    if found := _DANGLING.search(name.text):
        name.text = name.text[: found.start()]
        _note(name, "", FormPosition.CUT)


def _peel_long_forms(name: _Peeled) -> None:
    if name.text[:1] in _LONG_FIRST and name.text.startswith(_LONG_TUPLE):
        term = next(term for term in _LONGEST_FIRST if name.text.startswith(term))
        name.text = name.text[len(term) :]
        _note(name, _LONG[term], FormPosition.FRONT)
    if name.text[-1:] in _LONG_LAST and name.text.endswith(_LONG_TUPLE):
        term = next(term for term in _LONGEST_FIRST if name.text.endswith(term))
        name.text = name.text[: -len(term)]
        _note(name, _LONG[term], FormPosition.END)
    elif name.text[-1:] in _LONG_CUT_LAST and (found := _LONG_CUT.search(name.text)) and found.start():
        name.text = name.text[: found.start()]
        _note(name, "", FormPosition.CUT)


def _note(name: _Peeled, form: str, position: FormPosition) -> None:
    if name.position in (FormPosition.NONE, FormPosition.CUT):
        name.form, name.position = form, position


# ---- people's search

_SEARCH_DASH = re.compile(r"(?<=[ァ-ヺ])-+|-")
_SEARCH_MARKS = re.compile(r"[^\w\sー@.+]|_")


def search_key(text: str) -> str:
    """Text as people look for it: kanji as they are, kana large and full width, latin small, no hyphens, single spaces.

    `03-1234-5678`, `０３（１２３４）５６７８` and `0312345678` are one; so are `INV-0001` and `inv0001`.
    """
    dashed = _SEARCH_DASH.sub(_long_vowel, folded(text))
    return _SPACES.sub(" ", _SEARCH_MARKS.sub("", dashed).lower()).strip()


def search_bigrams(text: str) -> list[str]:
    """Pairs of neighbouring characters of the search key without spaces, each once; one character is itself."""
    key = search_key(text).replace(" ", "")
    return [key] if len(key) == 1 else list(dict.fromkeys(map("".join, pairwise(key))))


def _long_vowel(dash: re.Match[str]) -> str:
    before = dash.string[dash.start() - 1 : dash.start()]
    return "ー" if "ァ" <= before <= "ヺ" else ""
