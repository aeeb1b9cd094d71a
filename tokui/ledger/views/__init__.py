"""The pages of the books."""

from tokui.ledger.views.books import account, journal, trial_balance
from tokui.ledger.views.closing import closing, months, reopening
from tokui.ledger.views.handing import export_file, exports, mapping, mapping_removal

__all__ = [
    "account",
    "closing",
    "export_file",
    "exports",
    "journal",
    "mapping",
    "mapping_removal",
    "months",
    "reopening",
    "trial_balance",
]
