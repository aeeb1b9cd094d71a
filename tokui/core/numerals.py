"""Numbers as people type them in Japan, split into exact parts. No float is ever made."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tokui.core.refused import Code, ValueRefused

LONGEST = 64
# △ and ▲ are the bookkeeper's minus; the others are what keyboards and word processors put in place of "-".
MINUS_SIGNS = "-−‐‑–△▲"
# Our own table instead of NFKC, which would also turn 10² into 102 and ① into 1.
_TO_ASCII = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    0x3000: " ",
    0x00A0: " ",
    0x202F: " ",
    0xFFE5: "¥",
    0x005C: "¥",  # the byte that is a yen sign on Japanese keyboards
    0xFFE0: "¢",
    0xFFE1: "£",
}
_SIGN = f"[+{re.escape(MINUS_SIGNS)}]"
_MARK = rf"[^\d\s.,()%+{re.escape(MINUS_SIGNS)}]{{1,4}}"
_NUMERAL = re.compile(
    rf"(?P<open>\()?\s*(?P<sign>{_SIGN})?\s*(?P<prefix>{_MARK})?\s*(?P<sign_after>{_SIGN})?\s*"
    r"(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.(?P<fraction>[0-9]*))?"
    rf"\s*(?P<suffix>{_MARK}|%)?\s*(?P<close>\))?"
)


@dataclass(frozen=True)
class Numeral:
    """A number taken apart: `digits` / 10**`scale`, signed, with the marks that stood around it."""

    digits: int
    scale: int
    prefix: str
    suffix: str

    def minor(self, exponent: int) -> int | None:
        """The number in units of 10**-exponent, or None where it is finer than that (trailing zeros are not)."""
        if self.scale <= exponent:
            return self.digits * int(10 ** (exponent - self.scale))
        unit: int = 10 ** (self.scale - exponent)
        magnitude, finer = divmod(abs(self.digits), unit)
        if finer:
            return None
        return -magnitude if self.digits < 0 else magnitude


def narrow(text: str) -> str:
    """Full-width letters, digits, signs and spaces as ASCII; every other character stays."""
    return text.translate(_TO_ASCII)


def parse_numeral(text: str) -> Numeral:
    """Take `１，２３４円`, `▲500`, `(500)`, `-¥500`, `12.50%` apart.

    Raises ValueRefused: EMPTY, TOO_LONG, NOT_A_NUMBER. Refused because it can be read in two ways: `1,23`, `1.234,50`
    and a trailing minus (in Japan `¥500-` is written for five hundred flat, elsewhere it is a debit).
    """
    stripped = narrow(text).strip()
    if not stripped:
        raise ValueRefused(Code.EMPTY, text, "1,234")
    if len(stripped) > LONGEST:
        raise ValueRefused(Code.TOO_LONG, text, "1,234")
    match = _NUMERAL.fullmatch(stripped)
    if match is None or bool(match["open"]) != bool(match["close"]):
        raise ValueRefused(Code.NOT_A_NUMBER, text, "1,234")
    signs = [sign for sign in (match["sign"], match["sign_after"], match["open"]) if sign]
    if len(signs) > 1:
        raise ValueRefused(Code.NOT_A_NUMBER, text, "1,234")
    fraction = match["fraction"] or ""
    magnitude = int(match["whole"].replace(",", "") + fraction)
    negative = bool(signs) and signs[0] != "+"
    return Numeral(-magnitude if negative else magnitude, len(fraction), match["prefix"] or "", match["suffix"] or "")
