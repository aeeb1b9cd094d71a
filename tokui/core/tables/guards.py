"""Text that a spreadsheet would take for a formula, and how it travels through CSV unharmed.

A cell of text that begins with = + - @, their full-width forms, a tab or a carriage return is written with one
apostrophe before it, and reading a text table takes one away again. Text that already has apostrophes before such a
sign gets one more, so what comes back is always what went out. Plain numbers (-500) are not touched.
The list of signs is OWASP's (CSV Injection).
"""

from __future__ import annotations

import re

_FIRST = frozenset("'=+-@＝＋－＠\t\r")
_RISKY = re.compile(r"'*[=+\-@＝＋－＠\t\r]")
_NUMBER = re.compile(r"[+-][0-9]+(\.[0-9]+)?")
_GUARDED = re.compile(r"'+[=+\-@＝＋－＠\t\r]")


def guarded(text: str) -> str:
    """The text as it is written into a CSV cell."""
    if text[:1] not in _FIRST or not _RISKY.match(text) or _NUMBER.fullmatch(text):
        return text
    return f"'{text}"


def unguarded(text: str) -> str:
    """The text of a CSV cell as it was before `guarded`."""
    return text[1:] if text[:1] == "'" and _GUARDED.match(text) else text
