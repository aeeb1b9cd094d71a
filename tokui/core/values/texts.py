"""Text for storage, kana in one width, and yes or no."""

from __future__ import annotations

import re
import unicodedata

from tokui.core.numerals import narrow
from tokui.core.refused import Code, ValueRefused
from tokui.core.tables.shapes import Cell, cell_text

LONGEST_TEXT = 10_000
_HALF_KANA = re.compile("[\uff61-\uff9f]+")
_FULL_ASCII = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5E)} | {0x3000: " ", 0x00A0: " "}
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff]")
_TO_KATAKANA = {code: code + 0x60 for code in (*range(0x3041, 0x3097), 0x309D, 0x309E)}
_KANA = re.compile("[ァ-ヴヵヶー・ヽヾ A-Za-z0-9().,&'-]+")
_YES = "1 true t yes y on はい 有 有り あり 可 する 済 ○ 〇 ◯ ◎ ✓ ✔ レ 真"
_NO = "0 false f no n off いいえ 無 無し なし 不可 しない 未 × ✕ ✗ 偽"
_MEANING = dict.fromkeys(_YES.split(), True) | dict.fromkeys(_NO.split(), False)


def parse_text(value: Cell, *, longest: int = LONGEST_TEXT) -> str:
    """Text without outer spaces, composed (NFC), lines ended by \\n; the empty text is allowed.

    Raises ValueRefused: FORBIDDEN_CHARACTER for control characters and those that turn the direction of writing
    (a name could show as another), TOO_LONG.
    """
    text = unicodedata.normalize("NFC", cell_text(value)).replace("\r\n", "\n").replace("\r", "\n").strip()
    if found := _CONTROL.search(text):
        raise ValueRefused(Code.FORBIDDEN_CHARACTER, f"U+{ord(found[0]):04X}")
    if len(text) > longest:
        raise ValueRefused(Code.TOO_LONG, text, str(longest))
    return text


def normalise_text(text: str) -> str:
    """One width for storage: kana full-width, letters, digits and signs ASCII, one space between words.

    Not NFKC, which would take ㈱ and ① apart.
    """
    return " ".join(normalise_kana(text).translate(_FULL_ASCII).split())


def normalise_kana(text: str) -> str:
    """Half-width kana as full-width, joined with their voicing marks (ｶﾞ is ガ); everything else stays."""
    return _HALF_KANA.sub(lambda run: unicodedata.normalize("NFKC", run[0]), text)


def parse_kana(value: Cell) -> str:
    """A reading (フリガナ) in full-width katakana, from katakana or hiragana in any width.

    Raises ValueRefused: EMPTY, FORBIDDEN_CHARACTER with the first character that is no kana, letter or digit.
    """
    text = normalise_text(unicodedata.normalize("NFC", parse_text(value))).translate(_TO_KATAKANA)
    if not text:
        raise ValueRefused(Code.EMPTY, value, "ヤマダ タロウ")
    if not _KANA.fullmatch(text):
        first = next(character for character in text if not _KANA.fullmatch(character))
        raise ValueRefused(Code.FORBIDDEN_CHARACTER, first, "ヤマダ タロウ")
    return text


def parse_boolean(value: Cell) -> bool:
    """はい/いいえ, 有/無, ○/×, TRUE/FALSE, yes/no, 1/0, in any width and case.

    Raises ValueRefused: EMPTY, NOT_A_BOOLEAN, also for the letter x, with which some tick and others cross out.
    """
    if isinstance(value, bool):
        return value
    text = narrow(cell_text(value)).strip().lower()
    if not text:
        raise ValueRefused(Code.EMPTY, value, "はい")
    if text in _MEANING:
        return _MEANING[text]
    raise ValueRefused(Code.NOT_A_BOOLEAN, value, "はい")
