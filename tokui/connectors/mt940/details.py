"""Field :86: in the three ways that banks fill it: numbered (?20 … ?33), codewords (/NAME/ … /REMI/), or plain text."""

import re

_NUMBERED = re.compile(r"\?(\d{2})")
_CODEWORD = re.compile(r"/(NAME|REMI|ORDP|BENM|EREF|IREF|MARF|CSID|IBAN|BIC|ADDR|TRCD|PURP|ISDT|USTD|STRD)/")
_NAME_PARTS, _TEXT_PARTS = ("32", "33"), tuple(str(part) for part in (*range(20, 30), *range(60, 64)))


def payer_and_text(value: str) -> tuple[str, str]:
    """The other party's name ("" when the bank does not mark it) and the rest as text."""
    joined = value.replace("\n", "")
    if re.match(r"\d{3}\?", joined, re.ASCII):
        parts = _pairs(_NUMBERED, joined)
        name = "".join(text for code, text in parts if code in _NAME_PARTS)
        return name.strip(), " ".join(text.strip() for code, text in parts if code in _TEXT_PARTS and text.strip())
    if _CODEWORD.search(joined):
        parts = _pairs(_CODEWORD, joined)
        name = next((text for code, text in parts if code == "NAME"), "")
        told = [text.strip(" /") for code, text in parts if code in ("REMI", "USTD", "STRD", "EREF")]
        return name.strip(" /"), " ".join(text for text in told if text and text != "NOTPROVIDED")
    return "", " ".join(value.split())


def _pairs(pattern: re.Pattern[str], text: str) -> list[tuple[str, str]]:
    pieces = pattern.split(text)
    return list(zip(pieces[1::2], pieces[2::2], strict=True))
