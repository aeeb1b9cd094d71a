"""What payments puts into the menu, the palette and the start page."""

from __future__ import annotations

from django.db.models import Count, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tokui.access.permissions import PAYMENTS_ALLOCATE, PAYMENTS_APPROVE, PAYMENTS_VIEW, SETTINGS_VIEW
from tokui.banking.models import Deposit
from tokui.core import clock
from tokui.payments.models import Approval, CustomerStanding, ReturnToDo, Suggestion
from tokui.payments.queries import deposits_to_reconcile, usable_advances
from tokui.payments.reports import expected_receipts
from tokui.payments.standings import keep_current
from tokui.payments.words import GRADES, payer_name
from tokui.ui.navigation import Count as Badge
from tokui.ui.navigation import Entry, register
from tokui.ui.paging import capped_count
from tokui.ui.palette import Command, command
from tokui.ui.settings_pages import SettingsPage, settings_page
from tokui.ui.templatetags.tokui import day as day_of
from tokui.ui.templatetags.tokui import money
from tokui.ui.today import Card, card

#: How many of what waits a card of the start page names.
FEW = 4


def _waiting(request: HttpRequest) -> Badge | None:
    found = capped_count(deposits_to_reconcile())
    return Badge(found.number, hot=True, capped=found.capped)


def _to_approve(request: HttpRequest) -> Badge | None:
    return Badge(Approval.objects.filter(state=Approval.State.WAITING).count(), hot=True)


def _to_return(request: HttpRequest) -> Badge | None:
    return Badge(ReturnToDo.objects.filter(state=ReturnToDo.State.OPEN).count(), hot=True)


register(
    Entry(
        *("money", gettext_lazy("Reconciliation"), "payments:reconciliation", "match", 10, PAYMENTS_VIEW),
        count=_waiting,
        go="m",
        phone=gettext_lazy("Match"),
    )
)
register(
    Entry(
        *("money", gettext_lazy("Payment status"), "payments:standing", "check", 20, PAYMENTS_VIEW),
        go="p",
        also=("payments:aged", "payments:expected"),
    )
)
register(Entry("money", gettext_lazy("Approvals"), "payments:approvals", "hand", 60, PAYMENTS_VIEW, count=_to_approve))
register(Entry("money", gettext_lazy("Returns"), "payments:returns", "undo", 61, PAYMENTS_VIEW, count=_to_return))
settings_page(
    SettingsPage(
        *("receipts", gettext_lazy("Matching and fees"), "payments:policy", 70, SETTINGS_VIEW),
        words="消込 手数料 てすう 差額 許容 自動 猶予 貸倒 承認 fee tolerance automatic grace",
    )
)
command(
    Command(gettext_lazy("Expected receipts"), "payments:expected", "clock", PAYMENTS_VIEW, words="入金予定表 expected")
)
command(Command(gettext_lazy("Aged receivables"), "payments:aged", "ledger", PAYMENTS_VIEW, words="売掛金 年齢表 aged"))
command(
    Command(
        gettext_lazy("Advances to use"), "payments:advances", "wallet", PAYMENTS_ALLOCATE, words="前受金 充当 advance"
    )
)
command(
    Command(gettext_lazy("How good matching is"), "payments:score", "chart", PAYMENTS_VIEW, words="精度 成績 score")
)


@card(order=10, permission=PAYMENTS_ALLOCATE)
def _to_reconcile(request: HttpRequest) -> Card | None:
    found = capped_count(deposits_to_reconcile())
    if not found.number:
        return None
    waiting = list(deposits_to_reconcile().order_by("-received_on", "-pk")[:FEW])
    return Card(
        _("Deposits to reconcile"),
        reverse("payments:reconciliation"),
        "match",
        _grades(),
        count=found.number,
        tone="shu",
        action=_("Reconcile"),
        rows=[
            (
                payer_name(row.payer_raw) or row.text,
                money(row.left_minor, row.currency),
                reverse("payments:deposit", args=[row.public_id]),
            )
            for row in waiting
        ],
    )


def _grades() -> str:
    """How sure the proposals are that wait: 有力 5・要確認 2."""
    found = Suggestion.objects.filter(rank=0, deposit__state=Deposit.State.OPEN).values_list("grade")
    counts = dict(found.annotate(n=Count("pk")).order_by())
    return _(", ").join(f"{GRADES[grade]} {counts[grade]:,}" for grade in GRADES if counts.get(grade))


@card(order=20, permission=PAYMENTS_VIEW)
def _overdue(request: HttpRequest) -> Card | None:
    keep_current()
    late = CustomerStanding.objects.filter(state="overdue").aggregate(n=Count("pk"), minor=Sum("overdue_minor"))
    if not late["n"]:
        return None
    first = CustomerStanding.objects.filter(state="overdue").select_related("customer")
    return Card(
        _("Overdue"),
        reverse("payments:standing") + "?state=overdue",
        "alert",
        ngettext("%(n)d customer is late.", "%(n)d customers are late.", late["n"]) % {"n": late["n"]},
        count=late["n"],
        minor=late["minor"],
        tone="shu",
        rows=[_late_row(row) for row in first.order_by("-overdue_minor", "-customer")[:FEW]],
    )


def _late_row(row: CustomerStanding) -> tuple[str, str, str]:
    days = (clock.today() - row.oldest_due_on).days if row.oldest_due_on else 0
    said = ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    url = reverse("customers:customer", args=[row.customer.public_id])
    return row.customer.name, format_html("{} {}", said, money(row.overdue_minor)), url


@card(order=25, permission=PAYMENTS_VIEW)
def _coming(request: HttpRequest) -> Card | None:
    """What should come within seven days, day by day."""
    days = [one for one in expected_receipts(days=7) if not one.is_late]
    if not days:
        return None
    url = reverse("payments:expected")
    return Card(
        _("Expected within 7 days"),
        url,
        "clock",
        ngettext("%(n)d invoice", "%(n)d invoices", sum(one.count for one in days))
        % {"n": sum(one.count for one in days)},
        minor=sum(one.open_minor for one in days),
        rows=[(day_of(one.due_on), money(one.open_minor), url) for one in days[:FEW]],
    )


@card(order=30, permission=PAYMENTS_APPROVE)
def _approvals(request: HttpRequest) -> Card | None:
    number = Approval.objects.filter(state=Approval.State.WAITING).count()
    url = reverse("payments:approvals")
    return (
        Card(_("Approvals"), url, "hand", _("Write-offs above the limit."), count=number, tone="yama")
        if number
        else None
    )


@card(order=35, permission=PAYMENTS_ALLOCATE)
def _returns(request: HttpRequest) -> Card | None:
    number = ReturnToDo.objects.filter(state=ReturnToDo.State.OPEN).count()
    url = reverse("payments:returns")
    return Card(_("Returns"), url, "undo", _("Send back or keep."), count=number, tone="shu") if number else None


@card(order=37, permission=PAYMENTS_ALLOCATE)
def _advances(request: HttpRequest) -> Card | None:
    number = usable_advances().count()
    url = reverse("payments:advances")
    said = _("They owe something while money of theirs is held.")
    return Card(_("Advances to use"), url, "wallet", said, count=number, tone="yama") if number else None
