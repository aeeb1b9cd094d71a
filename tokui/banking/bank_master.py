"""Names of Japanese banks and branches by their codes, from the `zengin-code` data."""

from __future__ import annotations

from collections.abc import Mapping
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


def find_branches(bank_code: str, words: str, limit: int = 10) -> list[tuple[str, str]]:
    """(code, name) of a bank's branches whose code, name, kana or romaji begins with what was typed."""
    bank, typed = _banks().get(bank_code), words.strip().lower()
    return _beginning_with(bank.branches, typed)[:limit] if bank and typed else []


def find_banks(words: str, limit: int = 10) -> list[tuple[str, str]]:
    """(code, name) of banks whose code, name, kana or romaji begins with what was typed."""
    typed = words.strip().lower()
    return _beginning_with(_banks(), typed)[:limit] if typed else []


def _beginning_with(places: Mapping[str, Any], typed: str) -> list[tuple[str, str]]:
    found = (
        (code, str(one.name))
        for code, one in places.items()
        if any(str(text).lower().startswith(typed) for text in (code, one.name, one.hira, one.kana, one.roma))
    )
    return sorted(found)
