"""The history of a document (訂正・削除の履歴, 電子帳簿保存法): every event about it and its papers, who and when."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from tokui.core.models import Event
from tokui.customers.timeline import Entry, told

MOST = 100


def history_of(ids: Sequence[UUID]) -> list[Entry]:
    """What happened to a document, its receipts and the documents that correct it; the latest first."""
    events = Event.objects.filter(about_id__in=list(ids)).order_by("-occurred_at", "-id")[:MOST]
    return [entry for _day, entries in told(list(events)) for entry in entries]
