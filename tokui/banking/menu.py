"""What banking puts into the menu, the palette and the start page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from tokui.access.permissions import BANK_IMPORT, BANK_MANAGE, BANK_VIEW, PAYMENTS_RECORD, PAYMENTS_VIEW
from tokui.banking.listing import Attention, attention
from tokui.banking.models import BankAccount, Deposit
from tokui.banking.words import METHODS
from tokui.core import clock
from tokui.customers.registry import OwnAccount, own_accounts
from tokui.ui.days import written
from tokui.ui.navigation import Entry, register
from tokui.ui.palette import Command, Hit, command, provider, typed_minor
from tokui.ui.today import Card, card

register(Entry("money", gettext_lazy("Deposits"), "banking:deposits", "wallet", 30, PAYMENTS_VIEW, go="d"))
register(Entry("workings", gettext_lazy("Statements"), "banking:statements", "dl", 20, BANK_VIEW, go="b"))
register(Entry("workings", gettext_lazy("Bank accounts"), "banking:accounts", "bank", 21, BANK_VIEW))
command(
    Command(
        gettext_lazy("Import a statement"),
        "banking:statements",
        "upload",
        BANK_IMPORT,
        words="明細 取り込み 銀行 全銀 bank",
    )
)
command(
    Command(
        gettext_lazy("Record a deposit"), "banking:new_deposit", "plus", PAYMENTS_RECORD, words="入金 現金 相殺 cash"
    )
)
command(
    Command(
        gettext_lazy("Add a bank account"), "banking:new_account", "bank", BANK_MANAGE, words="口座 追加 銀行 account"
    )
)
command(
    Command(
        gettext_lazy("Import a result list"),
        "banking:results",
        "upload",
        BANK_IMPORT,
        words="収納 コンビニ 口座振替 結果",
    )
)

SHOWN = 4
LOOKED_BACK_DAYS = 400
DEPOSIT_DISCS: dict[str, str] = {
    Deposit.State.OPEN: "open",
    Deposit.State.SETTLED: "paid",
    Deposit.State.CANCELLED: "ended",
}


@provider(gettext_lazy("Bank accounts"), order=60, permission=BANK_VIEW)
def _find_accounts(request: HttpRequest, typed: str) -> Iterable[Hit]:
    rows = BankAccount.objects.filter(name__icontains=typed) | BankAccount.objects.filter(code__istartswith=typed)
    for row in rows.order_by("-is_active", "code")[:6]:
        yield Hit(row.name, reverse("banking:account", args=[row.public_id]), "bank", row.code)


@own_accounts
def _accounts() -> list[OwnAccount]:
    """Accounts on which a payer's name can be known."""
    rows = BankAccount.objects.order_by("-is_active", "code")
    return [OwnAccount(row.pk, row.public_id, row.name) for row in rows]


@provider(gettext_lazy("Deposits"), order=35, permission=PAYMENTS_VIEW)
def _find_deposits(request: HttpRequest, typed: str) -> Iterable[Hit]:
    """The latest deposits of an amount, of about the last year."""
    minor = typed_minor(typed)
    if minor is None:
        return
    since = clock.today() - timedelta(days=LOOKED_BACK_DAYS)
    rows = Deposit.objects.filter(amount_minor=minor, received_on__gte=since).order_by("-received_on", "-id")
    for row in rows[:6]:
        url = reverse("banking:deposit", args=[row.public_id])
        yield Hit(
            *(row.payer_raw or str(METHODS[Deposit.Method(row.method)]), url, "wallet"),
            note=written(row.received_on, "short", (get_language() or "ja").split("-")[0]),
            state=DEPOSIT_DISCS[row.state],
            minor=row.amount_minor,
            currency=row.currency,
        )


@card(order=15, permission=BANK_IMPORT)
def _bank_files(request: HttpRequest) -> Card | None:
    """Files refused or not read, cancellations that found nothing, statements that do not go on, accounts gone quiet."""
    waiting = attention()
    if not waiting.number:
        return None
    return Card(
        _("Bank files"),
        reverse("banking:statements"),
        "bank",
        _("They need a look."),
        count=waiting.number,
        tone="yama" if waiting.number == len(waiting.quiet) else "shu",
        rows=list(_rows(waiting))[:SHOWN],
    )


def _rows(waiting: Attention) -> Iterable[tuple[str, str, str]]:
    for one in waiting.refused:
        yield one.parcel.file.name, _("refused"), reverse("banking:statement", args=[one.public_id])
    for one in waiting.stuck:
        yield one.parcel.file.name, _("not read yet"), reverse("banking:statement", args=[one.public_id])
    for line in waiting.unpaired:
        said = _("a cancellation found no deposit")
        yield line.account.name, said, reverse("banking:line_cancellation", args=[line.public_id])
    for one in waiting.gaps:
        yield one.account.name, _("days are missing"), reverse("banking:statement", args=[one.public_id])
    for quiet in waiting.quiet:
        days = quiet.quiet_days or 0
        said = ngettext("%(n)d business day without a file", "%(n)d business days without a file", days) % {"n": days}
        yield quiet.account.name, said, reverse("banking:account", args=[quiet.account.public_id])
