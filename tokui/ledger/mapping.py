"""What an accounting program calls our accounts: patterns with `*` for one part, the plainest and longest one wins. Pure.

The defaults are what a small Japanese business has; an organization's own rows come before them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Mapped:
    """勘定科目, 補助科目 and 税区分 of an account. `{1}` in the sub-account is the account's second part."""

    pattern: str
    account: str
    sub_account: str = ""
    tax_class: str = ""


DEFAULTS = (
    Mapped("bank:*", "普通預金", "{1}"),
    Mapped("cash", "現金"),
    Mapped("customers:*:receivable", "売掛金", "{1}"),
    Mapped("customers:*:advance", "前受金", "{1}"),
    Mapped("unapplied", "仮受金"),
    Mapped("opening", "元入金"),
    Mapped("revenue:*:10", "売上高", "", "sales_10"),
    Mapped("revenue:*:8", "売上高", "", "sales_reduced_8"),
    Mapped("revenue:*:8s", "売上高", "", "sales_8"),
    Mapped("revenue:*:exempt", "売上高", "", "sales_exempt"),
    Mapped("revenue:*:export", "売上高", "", "sales_export"),
    Mapped("revenue:*:*", "売上高", "", "out_of_scope"),
    Mapped("tax:*", "仮受消費税"),
    Mapped("fees:bank", "支払手数料", "", "purchase_10"),
    Mapped("claims:bank_fee", "未収入金"),
    Mapped("writeoff:bad_debt", "貸倒損失"),
    Mapped("writeoff:discount", "売上値引"),
    Mapped("offset", "買掛金"),
    Mapped("notes", "受取手形"),
    Mapped("withholding", "事業主貸"),
)
RETURNS = {"sales_10": "return_10", "sales_reduced_8": "return_reduced_8"}


class Names:
    """Looks accounts up among an organization's rows and the defaults; remembers what it found."""

    def __init__(self, own: Iterable[Mapped] = ()) -> None:
        self.rows = sorted(own, key=_plainness) + sorted(DEFAULTS, key=_plainness)
        self.found: dict[str, Mapped] = {}

    def of(self, account: str) -> Mapped:
        """The row that fits an account; an account that no row fits goes by its own code."""
        if account not in self.found:
            self.found[account] = next(
                (row for row in self.rows if fits(row.pattern, account)), Mapped(account, account)
            )
        return self.found[account]


def fits(pattern: str, account: str) -> bool:
    wanted, parts = pattern.split(":"), account.split(":")
    return len(wanted) == len(parts) and all(one in ("*", part) for one, part in zip(wanted, parts, strict=True))


def sub_account(mapped: Mapped, account: str, names: dict[str, str]) -> str:
    """The sub-account's name: what a higher room calls the account's second part, or that part."""
    parts = account.split(":")
    second = names.get(parts[1], parts[1]) if len(parts) > 1 else ""
    return mapped.sub_account.replace("{1}", second)


def _plainness(row: Mapped) -> tuple[int, int]:
    return row.pattern.count("*"), -len(row.pattern)
