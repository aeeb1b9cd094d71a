"""The bookkeeper's desk: takes the files in, lets the matcher run, decides what it left, as the payers meant it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from tokui.banking.actions import import_results, import_statement
from tokui.banking.models import Deposit, Statement
from tokui.config.demo.bankfiles import LONGEST_NAME, card_list
from tokui.config.demo.cast import Cast
from tokui.config.demo.habits import AdvanceUse, Transfer
from tokui.config.demo.opening import Company
from tokui.connectors.zengin import to_zengin
from tokui.customers.models import Customer
from tokui.invoices.models import Invoice
from tokui.payments.actions import Use, allocate, apply_advance, keep_as_advance
from tokui.payments.models import Allocation


class Desk:
    """Counts what was posted by itself and what took a person."""

    def __init__(self, company: Company, cast: Cast) -> None:
        self.company, self.cast = company, cast
        self.deposits = self.automatic = self.by_hand = self.invoices = 0

    def line(self) -> str:
        return f"{self.deposits:6,} deposits, {self.automatic:6,} matched by themselves, {self.by_hand:4,} by hand"

    def import_file(self, account: str, name: str, content: bytes) -> None:
        statement = import_statement(
            content, account=self.company.accounts[account], name=name, by=self.company.accountant, at_once=True
        )
        if statement.state != Statement.State.READ:
            raise RuntimeError(f"{name}: {statement.refusal}")
        self.company.accounts[account].refresh_from_db()

    def import_card_list(self, transfers: Sequence[Transfer], first: date, last: date) -> None:
        content = card_list(transfers, first, last)
        if content.count(b"\n") > 1:
            import_results(content, source="card", name=f"card-{last:%Y%m%d}.csv", by=self.company.accountant)

    def use_advances(self, uses: Sequence[AdvanceUse]) -> None:
        """What is held for a customer pays their new invoice, unless the matcher has used the money already."""
        for use in uses:
            customer = Customer.objects.get(pk=self.company.customers[use.customer])
            invoice = Invoice.objects.get(number=use.number)
            held = Allocation.objects.filter(customer=customer, kind=Allocation.Kind.ADVANCE, released_at=None)
            amount = min(use.amount_minor, invoice.open_minor, sum(row.unused_minor for row in held))
            if amount > 0:
                apply_advance(customer, [(invoice.pk, amount)], by=self.company.accountant)

    def decide(self, transfers: Sequence[Transfer], first: date, last: date) -> None:
        """Give every deposit that still waits its meaning, but for those that are left for the visitor."""
        came = Deposit.objects.filter(received_on__gte=first, received_on__lte=last)
        self.deposits += came.count()
        self.automatic += came.filter(state=Deposit.State.SETTLED).count()
        meant: dict[tuple[date, str, int], list[Transfer]] = defaultdict(list)
        for one in transfers:
            if first <= one.on <= last and not one.takes_back:
                meant[one.on, to_zengin(one.payer)[:LONGEST_NAME].rstrip(), one.amount_minor].append(one)
        for deposit in Deposit.objects.filter(state=Deposit.State.OPEN, received_on__gte=first).order_by(
            "received_on", "pk"
        ):
            found = meant.get((deposit.received_on, deposit.payer_raw, deposit.amount_minor), [])
            wanted = next((one for one in found if not one.is_waiting), None)
            if wanted is not None:
                found.remove(wanted)
                self._decide(deposit, wanted)

    def _decide(self, deposit: Deposit, meant: Transfer) -> None:
        uses: list[Use] = []
        left = deposit.left_minor
        for number, amount in meant.settles:
            invoice = Invoice.objects.get(number=number)
            amount = min(amount, invoice.open_minor)
            paid = min(amount, left)
            left -= paid
            uses += [Use(invoice.pk, paid)] if paid else []
            if meant.fee_minor and amount > paid:
                uses.append(Use(invoice.pk, amount - paid, Allocation.Kind.FEE))
        customer = Customer.objects.get(pk=self.company.customers[meant.customer])
        if uses:
            allocate(
                deposit,
                uses,
                by=self.company.accountant,
                advance_minor=left,
                advance_customer=customer if left else None,
            )
        else:
            keep_as_advance(deposit, customer, by=self.company.accountant)
        self.by_hand += 1
