"""What the books put into the menu, the palette and the start page."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tokui.access.permissions import LEDGER_CLOSE, LEDGER_EXPORT, LEDGER_VIEW
from tokui.core import clock
from tokui.ledger.periods import month_said, next_to_close
from tokui.ledger.views.asked import month_before
from tokui.ui.navigation import Entry as MenuEntry
from tokui.ui.navigation import register
from tokui.ui.palette import Command, command
from tokui.ui.today import Card, card

#: From this day on an open month before this one is told: until then its last payments are still coming in.
CLOSING_WAITS_FROM = 5

register(MenuEntry("money", gettext_lazy("Books"), "ledger:journal", "book", 70, LEDGER_VIEW, go="l"))
command(
    Command(gettext_lazy("Journal"), "ledger:journal", "book", LEDGER_VIEW, words="仕訳帳 元帳 帳簿 journal ledger")
)
command(
    Command(gettext_lazy("Trial balance"), "ledger:trial_balance", "ledger", LEDGER_VIEW, words="試算表 残高 balance")
)
command(Command(gettext_lazy("Monthly closing"), "ledger:months", "lock", LEDGER_VIEW, words="月次 締め close month"))
command(
    Command(
        gettext_lazy("Export the journal"),
        "ledger:exports",
        "dl",
        LEDGER_EXPORT,
        words="仕訳 書き出し 出力 弥生 yayoi freee マネーフォワード money forward",
    )
)
command(
    Command(
        gettext_lazy("Account mapping"),
        "ledger:mapping",
        "link",
        LEDGER_EXPORT,
        words="勘定科目 補助科目 税区分 account",
    )
)


@card(order=60, permission=LEDGER_CLOSE)
def open_month(request: HttpRequest) -> Card | None:
    """The next month to close, once its days are over and its last payments have come in."""
    today = clock.today()
    month = next_to_close()
    last = month_before(today.replace(day=1))
    if month is None or month > last or (month == last and today.day < CLOSING_WAITS_FROM):
        return None
    return Card(
        _("Monthly closing"),
        reverse("ledger:months"),
        "lock",
        _("The books of %(month)s are still open.") % {"month": month_said(month)},
        tone="yama",
    )
