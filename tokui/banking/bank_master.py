"""Names of Japanese banks and branches by their codes, from the `zengin-code` data."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from zengin_code import Bank


@lru_cache(maxsize=1)
def _banks() -> dict[str, Any]:
    return dict(Bank.all)


def bank_name(code: str) -> str:
    """The bank's name (`みずほ`), or "" for an unknown code."""
    bank = _banks().get(code)
    return str(bank.name) if bank else ""


def branch_name(bank_code: str, branch_code: str) -> str:
    bank = _banks().get(bank_code)
    branch = bank.branches.get(branch_code) if bank else None
    return str(branch.name) if branch else ""


def find_banks(words: str, limit: int = 10) -> list[tuple[str, str]]:
    """(code, name) of banks whose code, name, kana or romaji begins with what was typed."""
    typed = words.strip().lower()
    if not typed:
        return []
    found = (
        (code, str(bank.name))
        for code, bank in _banks().items()
        if any(str(text).lower().startswith(typed) for text in (code, bank.name, bank.hira, bank.kana, bank.roma))
    )
    return sorted(found)[:limit]
