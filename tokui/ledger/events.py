from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tokui.core.events import event


@event
@dataclass(frozen=True)
class MonthClosed:
    month: date


@event
@dataclass(frozen=True)
class MonthReopened:
    month: date
    reason: str


@event
@dataclass(frozen=True)
class JournalExported:
    export_id: UUID
    layout: str
    entry_count: int


@event
@dataclass(frozen=True)
class AccountMappingChanged:
    """What the accounting program calls the accounts of a pattern; an empty account means that the rule is gone."""

    pattern: str
    account: str
    sub_account: str
    tax_class: str
