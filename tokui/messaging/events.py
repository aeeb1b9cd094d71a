from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from tokui.core.events import event


@event
@dataclass(frozen=True)
class MailQueued:
    mail_id: UUID
    customer_id: UUID | None = None


@event
@dataclass(frozen=True)
class MailSent:
    mail_id: UUID
    customer_id: UUID | None = None


@event
@dataclass(frozen=True)
class MailFailed:
    mail_id: UUID
    attempts: int
    customer_id: UUID | None = None
