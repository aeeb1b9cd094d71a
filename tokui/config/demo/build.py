"""Fourteen months of trade, lived through by the real verbs on the test clock.

Each month has the same beats: sales are recorded before each closing day, the closing run issues invoices, the bank's
file comes, the matcher posts what is certain, and the bookkeeper decides the rest.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import connection

from tokui.banking.models import Deposit
from tokui.config.demo.bankfiles import Book, books
from tokui.config.demo.cast import TODAY, Cast, make_cast
from tokui.config.demo.desk import Desk
from tokui.config.demo.habits import Bill, Payers, Transfer, waiting
from tokui.config.demo.moments import HAPPENED_ON, live_moments
from tokui.config.demo.opening import NAME, SLUG, Company, open_company
from tokui.config.demo.trade import Sold, sold_between
from tokui.core import clock, jobs, postgres, shared_clock
from tokui.core.days import add_months, month_end
from tokui.core.models import Organization
from tokui.core.tenancy import organization_scope
from tokui.invoices.closing import close_sales
from tokui.invoices.models import Invoice
from tokui.invoices.recording import NewSale, record_sales

CLOSINGS = (5, 10, 15, 20, 31)
#: The bookkeeper fetched the bank's files twice a month at first, and three times since summer.
BANK_DAYS = (10, 31)
MORE_BANK_DAYS = (10, 20, 31)
MORE_FROM = date(2026, 8, 1)
MONTHS = 14
Say = Callable[[str], object]


@dataclass(frozen=True)
class Built:
    """What stands at the end."""

    company: Company
    cast: Cast
    customers: int
    invoices: int
    deposits: int
    automatic: int
    by_hand: int
    seconds: float
    files: dict[str, bytes]
    transfers: list[Transfer]


def build_world(*, scale: float = 1.0, months: int = MONTHS, say: Say = print) -> Built:
    """Found the demo's organization and live through its months up to the morning of `TODAY`.

    Deterministic for a scale and a number of months. Raises SlugTaken when the organization exists.
    """
    started = time.monotonic()
    first_day = add_months(TODAY.replace(day=1), 1 - months)
    cast = make_cast(scale)
    accounts = books()
    with clock.at(clock.at_day(first_day - timedelta(days=3))):
        company = open_company(cast, accounts, prices_from=date(2023, 1, 1))
    refresh_statistics()
    say(f"  {NAME}: {len(cast.people):,} customers")
    world = World(company, cast, accounts, first_day, say)
    world.live()
    if settings.TOKUI_TEST_CLOCK:
        shared_clock.set_to(clock.at_day(TODAY))
    return world.built(time.monotonic() - started)


def is_finished() -> bool:
    """Whether the demo's organization has lived up to its last morning."""
    organization = Organization.objects.filter(slug=SLUG).first()
    if organization is None:
        return True  # another installation: nothing of ours to finish
    with organization_scope(organization.pk):
        return Deposit.objects.filter(received_on=TODAY).exists()


@dataclass
class World:
    """The months, one beat after another."""

    company: Company
    cast: Cast
    books: list[Book]
    first_day: date
    say: Say
    transfers: list[Transfer] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.payers = Payers(self.cast)
        self.transfers += waiting()
        self.desk = Desk(self.company, self.cast)
        self.recorded_to = self.first_day - timedelta(days=1)
        self.banked_to = self.recorded_to

    def live(self) -> None:
        month = self.first_day
        while month <= TODAY:
            begun = time.monotonic()
            for day in _days_of(month):
                self._day(day)
            refresh_statistics()
            self.say(f"  {month:%Y-%m}  {self.desk.line()}  {time.monotonic() - begun:4.1f} s")
            month = add_months(month, 1)

    def _day(self, day: date) -> None:
        """The bank's file in the morning, sales and closing in the evening. The last day has only its morning."""
        if is_bank_day(day):
            with clock.at(_morning(day)):
                if day == TODAY:
                    self._record(day - timedelta(days=1))
                self._bank(day)
        if day < TODAY:
            with clock.at(clock.at_day(day, hour=18)):
                self._record(day)
                if is_closing(day, CLOSINGS):
                    self._close(day)
                if day == HAPPENED_ON:
                    with self._scope():
                        live_moments(self.company, self.cast)
                    jobs.run_pending()

    def _record(self, last: date) -> None:
        lines = []
        for first, until in _months_between(self.recorded_to + timedelta(days=1), last):
            lines += sold_between(self.cast, first, until)
        self.recorded_to = max(self.recorded_to, last)
        if lines:
            with self._scope():
                record_sales([self._sale(line) for line in lines], by=self.company.people["sales"])

    def _sale(self, line: Sold) -> NewSale:
        return NewSale(
            customer_id=self.company.customers[line.customer], sold_on=line.on, description=line.text,
            quantity_milli=line.quantity * 1_000, unit_minor=line.unit_minor, tax_included=False,
            product_id=self.company.products[line.goods.code], channel=line.channel, source="demo",
            external_id=line.own_id,
        )  # fmt: skip

    def _close(self, day: date) -> None:
        """Issue the day's invoices; everybody decides at once how they will pay."""
        with self._scope():
            close_sales(day, by=self.company.accountant)
            found = Invoice.objects.filter(closing_on=day, state=Invoice.State.ISSUED).select_related("customer")
            bills = [
                Bill(row.number or "", row.customer.code, row.total_minor, row.issued_on, row.due_on)
                for row in found.order_by("number")
            ]
        plan = self.payers.pay(bills)
        self.transfers += plan.transfers
        with self._scope():
            self.desk.use_advances(plan.uses)
        jobs.run_pending()

    def _bank(self, day: date) -> None:
        """One file per account and the card company's list; then what the machine left is decided by hand."""
        first, self.banked_to = self.banked_to + timedelta(days=1), day
        for book in self.books:
            written = book.write(self.transfers, first, day)
            if written is None:
                continue
            name, content = written
            self.files[name] = content
            with self._scope():
                self.desk.import_file(book.code, name, content)
        with self._scope():
            self.desk.import_card_list(self.transfers, first, day)
        jobs.run_pending()
        with self._scope():
            self.desk.decide(self.transfers, first, day)
        jobs.run_pending()

    def _scope(self) -> AbstractContextManager[None]:
        return organization_scope(self.company.organization.pk)

    def built(self, seconds: float) -> Built:
        with self._scope():
            return Built(
                self.company, self.cast, len(self.cast.people), Invoice.objects.exclude(number=None).count(),
                self.desk.deposits, self.desk.automatic, self.desk.by_hand, seconds, self.files, self.transfers,
            )  # fmt: skip


def is_closing(day: date, days: tuple[int, ...]) -> bool:
    """Whether a day of the month, 31 standing for its end, falls on a date."""
    return day.day in days or (31 in days and day == month_end(day))


def is_bank_day(day: date) -> bool:
    return day == TODAY or is_closing(day, MORE_BANK_DAYS if day >= MORE_FROM else BANK_DAYS)


def _days_of(month: date) -> Iterator[date]:
    for day in range(1, 32):
        try:
            on = month.replace(day=day)
        except ValueError:
            return
        if on <= TODAY and (is_closing(on, CLOSINGS) or is_bank_day(on)):
            yield on


def _months_between(first: date, last: date) -> Iterator[tuple[date, date]]:
    """The stretches of calendar months in the days from `first` to `last`."""
    while first <= last:
        until = min(last, month_end(first))
        yield first, until
        first = until + timedelta(days=1)


def _morning(day: date) -> datetime:
    """Five minutes before the office opens: the bank's file has just come."""
    return clock.at_day(day) - timedelta(minutes=5)


def refresh_statistics() -> None:
    """What autovacuum would do a minute later: without it the planner believes that the tables are still empty.

    As the role that owns the tables, because no other may. Not inside a transaction, whose rows nobody else sees yet,
    and not on a server by URL, whose own autovacuum is left to its pace.
    """
    if settings.CLUSTER_HOME is None or connection.in_atomic_block:
        return
    name = str(connection.settings_dict["NAME"])
    with postgres.Cluster(settings.CLUSTER_HOME).connect("tokui_owner", name) as owner:
        owner.execute("ANALYZE")
