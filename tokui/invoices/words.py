"""Words for the facts that files of sales were refused by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tokui.customers import words as customers


def reason_words(reason: Mapping[str, Any]) -> str:
    """Why a row was refused: the stored words of a verb, or a sentence for a parser's code."""
    return str(reason.get("words") or customers.reason_words(reason))


def table_words(reason: Mapping[str, Any]) -> str:
    """Why a file was refused, with its place."""
    return customers.table_words(reason)
