"""Several people at once: one effect, nothing used twice, nobody waits for ever."""

from __future__ import annotations

from tokui.banking.models import Deposit, Statement, StatementLine
from tokui.banking.tests.world import make_account, notice, paid, take
from tokui.core import clock
from tokui.core.actors import SYSTEM
from tokui.core.errors import Refusal
from tokui.core.tenancy import organization_scope
from tokui.payments.actions import Use, allocate, match_all, release
from tokui.payments.models import Allocation
from tokui.payments.tests.committed import at_once, committed_organization
from tokui.payments.tests.world import DAY, assert_books_balance, make_customer, make_deposit, make_invoice

MORNING = clock.at_day(DAY, 10)


def test_of_eight_allocations_of_one_deposit_at_once_exactly_one_wins(django_db_blocker):
    with committed_organization(django_db_blocker, "eight") as organization, clock.at(MORNING):
        with organization_scope(organization):
            invoices = [make_invoice(make_customer(), 600) for _ in range(8)]
            deposit = make_deposit(1000, "ﾀﾞﾚｶ")

        def work(number):
            with clock.at(MORNING):
                allocate(Deposit.objects.get(pk=deposit.pk), [Use(invoices[number].pk, 600)], by=SYSTEM)

        failures = at_once(8, organization, work)
        assert len(failures) == 7
        assert all(isinstance(failure, Refusal) for failure in failures), failures
        with organization_scope(organization):
            assert Deposit.objects.get(pk=deposit.pk).applied_minor == 600
            assert Allocation.objects.count() == 1
            assert_books_balance()


def test_two_people_releasing_one_decision_at_once_release_it_once(django_db_blocker):
    with committed_organization(django_db_blocker, "twice") as organization, clock.at(MORNING):
        with organization_scope(organization):
            invoice, deposit = make_invoice(make_customer(), 600), make_deposit(600, "ﾀﾞﾚｶ")
            made = allocate(deposit, [Use(invoice.pk, 600)], by=SYSTEM)

        def work(_number):
            with clock.at(MORNING):
                release(made.decision_id, by=SYSTEM)

        failures = at_once(4, organization, work)
        assert len(failures) == 3
        assert all(isinstance(failure, Refusal) for failure in failures), failures
        with organization_scope(organization):
            assert_books_balance()


def test_one_file_uploaded_by_four_people_at_once_counts_once(django_db_blocker):
    with committed_organization(django_db_blocker, "upload") as organization, clock.at(MORNING):
        with organization_scope(organization):
            account = make_account()
        content = notice(*[paid("ヤマダ", 100 + n) for n in range(20)])

        def work(_number):
            with clock.at(MORNING):
                take(content, account)

        assert at_once(4, organization, work) == []
        with organization_scope(organization):
            assert (Statement.objects.count(), StatementLine.objects.count(), Deposit.objects.count()) == (1, 20, 20)
            assert_books_balance()


def test_overlapping_files_read_at_once_add_each_row_once(django_db_blocker):
    with committed_organization(django_db_blocker, "overlap") as organization, clock.at(MORNING):
        with organization_scope(organization):
            account = make_account()
        rows = [paid("ヤマダ", 100 + n) for n in range(30)]

        def work(number):
            with clock.at(MORNING):
                take(notice(*rows[number * 5 : number * 5 + 15]), account)

        assert at_once(4, organization, work) == []
        with organization_scope(organization):
            assert Deposit.objects.count() == 30
            assert_books_balance()


def test_the_matcher_and_a_person_at_once_pay_an_invoice_once(django_db_blocker):
    with committed_organization(django_db_blocker, "race") as organization, clock.at(MORNING):
        with organization_scope(organization):
            invoice = make_invoice(make_customer(), 600)
            deposits = [make_deposit(600), make_deposit(600)]

        def work(number):
            with clock.at(MORNING):
                if number % 2:
                    match_all()
                else:
                    allocate(Deposit.objects.get(pk=deposits[1].pk), [Use(invoice.pk, 600)], by=SYSTEM)

        failures = at_once(4, organization, work)
        assert all(isinstance(failure, Refusal) for failure in failures), failures
        with organization_scope(organization):
            assert Allocation.objects.filter(released_at=None).count() == 1
            assert_books_balance()
