from __future__ import annotations

from tokui.core.invariants import invariant

invariant(
    "sent-mails-know-when",
    "A mail that was sent knows when; one that was not does not claim it.",
    "SELECT id FROM messaging_outgoingmail WHERE (state = 'sent') <> (sent_at IS NOT NULL)",
)
