"""A customer's history: every event that carries the customer, told in a sentence by the room that knows it.

A room registers, in `AppConfig.ready`, how its events are told. A teller gets the events of its kind on a page as a set
and returns a line for each, so that a page costs a constant number of queries:

    @tells("banking.DepositRecorded", group="money")
    def deposits(events): return {event.pk: Line("bank", _("A transfer arrived"), tone="in") for event in events}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tokui.core.errors import Invalid
from tokui.core.models import Event
from tokui.ui.paging import InvalidCursor, Page, page_of

Text = str | Promise
GROUPS: dict[str, Text] = {
    "talk": gettext_lazy("Conversations"),
    "money": gettext_lazy("Money"),
    "record": gettext_lazy("Record"),
}
PAGE_SIZE = 30
ORDER = ("-occurred_at", "-id")
#: What one transaction announces lies within it.
ONE_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True)
class Money:
    """The entry of a payment, behind the red rule: minor units, where it came from, what it paid (text, url)."""

    minor: int
    currency: str = "JPY"
    source: str = ""
    paid: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Line:
    """How an event is told. `tone`: "in" (money or a message came), "bad", "auto" (Tokui by itself) or "".

    `facts` are (label, value) pairs; `quote` is somebody's own words; `url` is where more of it stands; `entry` is money,
    `reasons` are folded away; types in `absorbs` that were told at the same moment say nothing of their own; `removal` is
    where it is taken back by those who may edit customers.
    """

    icon: str
    title: Text
    tone: str = ""
    body: Any = ""
    quote: str = ""
    facts: Sequence[tuple[Text, Any]] = field(default=())
    url: str = ""
    entry: Money | None = None
    reasons: Sequence[str] = ()
    absorbs: frozenset[str] = frozenset()
    removal: str = ""


@dataclass(frozen=True)
class Entry:
    """An event with its line."""

    event: Event
    line: Line


Teller = Callable[[Sequence[Event]], Mapping[UUID, Line]]


@dataclass(frozen=True)
class _Told:
    tell: Teller
    group: str


TELLERS: dict[str, _Told] = {}


def tells(*names: str, group: str = "record") -> Callable[[Teller], Teller]:
    """Register how events of these names (`room.EventClass`) are told, and in which group they are shown."""
    if group not in GROUPS:
        raise ValueError(f"the timeline has no group '{group}'")

    def register(tell: Teller) -> Teller:
        for name in names:
            TELLERS[name] = _Told(tell, group)
        return tell

    return register


def tell_simply(name: str, icon: str, title: Text, *, group: str = "record", tone: str = "") -> None:
    """Register one sentence for events that need no more."""
    tells(name, group=group)(lambda events: {event.pk: Line(icon, title, tone) for event in events})


def history(customer_id: UUID, *, group: str = "", after: str = "", size: int = PAGE_SIZE) -> Page[Event]:
    """A page of a customer's events, the newest first. Raises Invalid for a group or address that does not exist."""
    rows = Event.objects.filter(customer_id=customer_id)
    if group:
        if group not in GROUPS:
            raise Invalid(field="show", reason=_("There is no such group."))
        rows = rows.filter(type__in=[name for name, told in TELLERS.items() if told.group == group])
    try:
        return page_of(rows, order=ORDER, after=after, size=size)
    except InvalidCursor as trouble:
        raise Invalid(field="after", reason=_("This page's address is no longer valid. Start again.")) from trouble


def told(events: Sequence[Event]) -> list[tuple[Any, list[Entry]]]:
    """The lines of a page by day, in the organization's order. Events nobody tells are told by their name."""
    lines: dict[UUID, Line] = {}
    by_type: dict[str, list[Event]] = {}
    for event in events:
        by_type.setdefault(event.type, []).append(event)
    for name, some in by_type.items():
        teller = TELLERS.get(name)
        lines |= teller.tell(some) if teller else {}
    entries = _without_echoes([Entry(event, lines.get(event.pk) or _unknown(event)) for event in events])
    return [
        (day, list(some)) for day, some in groupby(entries, key=lambda one: timezone.localdate(one.event.occurred_at))
    ]


def _without_echoes(entries: Sequence[Entry]) -> list[Entry]:
    """Without the events that another line of the same moment tells already."""
    telling = [one for one in entries if one.line.absorbs]
    return [
        one
        for one in entries
        if not any(
            one.event.type in other.line.absorbs and abs(one.event.occurred_at - other.event.occurred_at) <= ONE_MOMENT
            for other in telling
        )
    ]


def _unknown(event: Event) -> Line:
    """A room that was taken away still left its events."""
    return Line("info", event.type)
