"""The verbs of payments, by activity."""

from tokui.payments.actions.advances import apply_advance, ask_return, keep_return, refund
from tokui.payments.actions.allocating import Allocated, Use, allocate, keep_as_advance
from tokui.payments.actions.approving import ask_approval, decide_approval, write_off
from tokui.payments.actions.matching import confirm_certain, confirm_suggestion, match_all, match_deposits
from tokui.payments.actions.releasing import decline, release, undecline

__all__ = [
    "Allocated",
    "Use",
    "allocate",
    "apply_advance",
    "ask_approval",
    "ask_return",
    "confirm_certain",
    "confirm_suggestion",
    "decide_approval",
    "decline",
    "keep_as_advance",
    "keep_return",
    "match_all",
    "match_deposits",
    "refund",
    "release",
    "undecline",
    "write_off",
]
