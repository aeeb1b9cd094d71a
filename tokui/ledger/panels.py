from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tokui.access.permissions import LEDGER_VIEW
from tokui.ui.navigation import Entry, register

register(Entry("workings", _("Books"), "ledger:trial", "book", 40, permission=LEDGER_VIEW, go="k"))
