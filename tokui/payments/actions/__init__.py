"""The verbs of payments, by activity."""

from tokui.payments.actions.advances import apply_advance
from tokui.payments.actions.allocating import Allocated, Use, allocate, keep_as_advance
from tokui.payments.actions.approving import ask_approval, decide_approval, write_off
from tokui.payments.actions.learning import learn_remitter_code, revoke_remitter_code
from tokui.payments.actions.matching import confirm_certain, confirm_suggestion, match_all, match_deposits
from tokui.payments.actions.releasing import decline, release, undecline
from tokui.payments.actions.returning import ask_return, drop_return, keep_return, refund, refund_advance

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
    "drop_return",
    "keep_as_advance",
    "keep_return",
    "learn_remitter_code",
    "match_all",
    "match_deposits",
    "refund",
    "refund_advance",
    "release",
    "revoke_remitter_code",
    "undecline",
    "write_off",
]
