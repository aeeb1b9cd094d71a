"""What the accounting program calls our accounts (勘定科目, 補助科目, 税区分): usual names first, then the house's own.

The usual names are those of a small Japanese company's books; every one can be replaced by a row of `AccountMapping`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tokui import access
from tokui.access.permissions import LEDGER_EXPORT
from tokui.core.actors import Actor
from tokui.core.errors import Invalid
from tokui.core.events import emit
from tokui.ledger.accounts import fits
from tokui.ledger.events import AccountMappingChanged
from tokui.ledger.journals import TaxClass
from tokui.ledger.models import AccountMapping

#: Stands in a sub-account for the customer's name.
CUSTOMER = "{customer}"
#: Stands in a sub-account for the name of the bank account.
BANK = "{bank}"


@dataclass(frozen=True)
class Mapped:
    """One rule: what accounts that fit `pattern` are called. `tax_class` is a `TaxClass` or the program's own words."""

    pattern: str
    account: str
    sub_account: str = ""
    tax_class: str = TaxClass.OUT_OF_SCOPE


USUAL = (
    Mapped("cash", "現金"),
    Mapped("bank", "普通預金", BANK),
    Mapped("gateway", "未収入金"),
    Mapped("notes", "受取手形"),
    Mapped("other", "未収入金"),
    Mapped("customers:*:receivable", "売掛金", CUSTOMER),
    Mapped("withholding", "仮払税金"),
    Mapped("offset", "買掛金"),
    Mapped("unapplied", "仮受金"),
    Mapped("customers:*:advance", "前受金"),
    Mapped("tax", "仮受消費税"),
    Mapped("opening", "元入金"),
    Mapped("revenue", "売上高"),
    Mapped("revenue:*:10", "売上高", "", TaxClass.SALES_10),
    Mapped("revenue:*:8", "売上高", "", TaxClass.SALES_REDUCED_8),
    Mapped("revenue:*:8s", "売上高", "", TaxClass.SALES_8),
    Mapped("revenue:*:exempt", "売上高", "", TaxClass.SALES_EXEMPT),
    Mapped("revenue:*:export", "売上高", "", TaxClass.SALES_EXPORT),
    Mapped("writeoff:discount", "売上値引高", "", TaxClass.RETURN_10),
    Mapped("writeoff:discount:8", "売上値引高", "", TaxClass.RETURN_REDUCED_8),
    Mapped("writeoff:discount:exempt", "売上値引高", "", TaxClass.SALES_EXEMPT),
    Mapped("writeoff:discount:export", "売上値引高", "", TaxClass.SALES_EXPORT),
    Mapped("writeoff:discount:none", "売上値引高"),
    Mapped("writeoff:bad_debt", "貸倒損失"),
    Mapped("writeoff:bad_debt:10", "貸倒損失", "", TaxClass.BAD_DEBT_10),
    Mapped("writeoff:bad_debt:8", "貸倒損失", "", TaxClass.BAD_DEBT_REDUCED_8),
    Mapped("fees", "支払手数料", "", TaxClass.PURCHASE_10),
)
TAX_CLASS_WORDS: dict[str, str | Promise] = {
    TaxClass.OUT_OF_SCOPE: gettext_lazy("Out of scope"),
    TaxClass.SALES_10: gettext_lazy("Taxed sales 10%"),
    TaxClass.SALES_REDUCED_8: gettext_lazy("Taxed sales 8% (reduced)"),
    TaxClass.SALES_8: gettext_lazy("Taxed sales 8% (until 2019)"),
    TaxClass.SALES_EXEMPT: gettext_lazy("Sales not taxed by law"),
    TaxClass.SALES_EXPORT: gettext_lazy("Export sales"),
    TaxClass.RETURN_10: gettext_lazy("Returned sales 10%"),
    TaxClass.RETURN_REDUCED_8: gettext_lazy("Returned sales 8% (reduced)"),
    TaxClass.BAD_DEBT_10: gettext_lazy("Bad debts of taxed sales 10%"),
    TaxClass.BAD_DEBT_REDUCED_8: gettext_lazy("Bad debts of taxed sales 8% (reduced)"),
    TaxClass.PURCHASE_10: gettext_lazy("Taxed purchases 10%"),
}


def rules() -> list[Mapped]:
    """The house's own rules first, then the usual ones that none of them replaces."""
    rows = AccountMapping.objects.order_by("pattern")
    own = [Mapped(row.pattern, row.account, row.sub_account, row.tax_class) for row in rows]
    replaced = {one.pattern for one in own}
    return [*own, *(one for one in USUAL if one.pattern not in replaced)]


def resolve(code: str, known: Iterable[Mapped]) -> Mapped | None:
    """The rule for an account: of those that fit, the longest pattern, then the one with the fewest stars."""
    fitting = [one for one in known if fits(one.pattern, code)]
    return max(fitting, key=lambda one: (one.pattern.count(":"), -one.pattern.count("*")), default=None)


def tax_class_of(text: str) -> TaxClass | str:
    return TaxClass(text) if text in set(TaxClass) else text


@transaction.atomic
def map_account(
    pattern: str, *, account: str, by: Actor, sub_account: str = "", tax_class: str = TaxClass.OUT_OF_SCOPE
) -> AccountMapping:
    """Say what the accounting program calls the accounts that fit a pattern; replaces the rule of that pattern."""
    access.require(by, LEDGER_EXPORT)
    pattern, account = pattern.strip(), account.strip()
    parts = pattern.split(":")
    if not pattern or len(pattern) > 80 or not all(parts) or any("*" in part and part != "*" for part in parts):
        raise Invalid(field="pattern", reason=_("Write the account's path; * stands for one part between colons."))
    if not account:
        raise Invalid(field="account", reason=_("Say what the account is called."))
    values = {"account": account[:40], "sub_account": sub_account.strip()[:40], "tax_class": tax_class.strip()[:40]}
    row, _made = AccountMapping.objects.update_or_create(pattern=pattern, defaults=values)
    emit(AccountMappingChanged(pattern, **values), about=row, by=by)
    return row


@transaction.atomic
def unmap_account(row: AccountMapping, *, by: Actor) -> None:
    """Forget a rule; the usual names hold again."""
    access.require(by, LEDGER_EXPORT)
    emit(AccountMappingChanged(row.pattern, "", "", ""), about=row, by=by)
    row.delete()
