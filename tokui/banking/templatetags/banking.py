"""How a bank's spelling is shown."""

from __future__ import annotations

import unicodedata

from django import template

register = template.Library()


@register.filter
def readable(raw: str) -> str:
    """Half-width kana of a bank file in full width: ﾔﾏﾀﾞ ﾀﾛｳ becomes ヤマダ タロウ. The raw text stays what is stored."""
    return unicodedata.normalize("NFKC", str(raw))
