"""What banking puts into the menu, the palette and customers' histories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tokui.access.permissions import BANK_IMPORT, BANK_VIEW, PAYMENTS_RECORD, PAYMENTS_VIEW
from tokui.banking.words import METHODS
from tokui.core.models import Event
from tokui.customers.timeline import Line, tells
from tokui.ui.navigation import Entry, register
from tokui.ui.palette import Command, command

register(Entry("money", gettext_lazy("Deposits"), "banking:deposits", "wallet", 30, PAYMENTS_VIEW, go="d"))
register(Entry("workings", gettext_lazy("Statements"), "banking:statements", "dl", 20, BANK_VIEW))
register(Entry("workings", gettext_lazy("Bank accounts"), "banking:accounts", "bank", 21, BANK_VIEW))
command(
    Command(
        gettext_lazy("Import a statement"),
        "banking:statements",
        "dl",
        BANK_IMPORT,
        words="明細 取り込み 銀行 全銀 bank file",
    )
)
command(
    Command(
        gettext_lazy("Record a deposit"),
        "banking:new_deposit",
        "plus",
        PAYMENTS_RECORD,
        words="入金 現金 相殺 cash counter",
    )
)


@tells("banking.DepositRecorded", group="money")
def _recorded(events: Sequence[Event]) -> Mapping[UUID, Line]:
    return {
        event.pk: Line(
            "bank",
            _("%(amount)s received (%(method)s)")
            % {"amount": f"{event.payload['amount_minor']:,}", "method": METHODS.get(event.payload["method"], "")},
            tone="in",
        )
        for event in events
    }


@tells("banking.DepositCancelled", group="money")
def _cancelled(events: Sequence[Event]) -> Mapping[UUID, Line]:
    return {event.pk: Line("bank", _("A deposit was cancelled"), tone="bad") for event in events}
