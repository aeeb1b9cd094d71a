"""How amounts are written. Pure: no Django.

The sign and the currency mark are drawn by the style sheet, so that a copied cell is a number.
"""

from __future__ import annotations

#: ISO 4217 minor units that differ from two decimals.
_EXPONENTS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND"), 0),
    **dict.fromkeys(("VUV", "XAF", "XOF", "XPF", "UYI"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}


def exponent(currency: str) -> int:
    """Decimals of a currency's minor unit: JPY 0, USD 2, KWD 3."""
    return _EXPONENTS.get(currency, 2)


def plain(minor: int, currency: str) -> str:
    """The amount as a plain decimal with its sign: 2450 USD -> "24.50"."""
    return _written(minor, currency, group="")


def grouped(minor: int, currency: str) -> str:
    """The amount without its sign, in groups of three: -1320000 JPY -> "1,320,000"."""
    return _written(abs(minor), currency, group=",")


def _written(minor: int, currency: str, group: str) -> str:
    places = exponent(currency)
    whole, part = divmod(abs(minor), 10**places)
    sign = "-" if minor < 0 else ""
    return sign + format(whole, group) + (f".{part:0{places}d}" if places else "")
