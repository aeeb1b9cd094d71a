"""The demo's world, small: four months of a few dozen customers, lived through by the same verbs as the large one."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction
from django.test import override_settings

from tests.stories.books import assert_books_balance
from tokui.access.models import Membership, User
from tokui.banking.models import Deposit, Statement
from tokui.config.demo.build import Built, build_world
from tokui.config.demo.opening import PASSWORD, PEOPLE
from tokui.config.demo.stories import WAITING
from tokui.connectors.zengin import to_zengin
from tokui.core.tenancy import organization_scope
from tokui.customers.models import Customer, Relationship
from tokui.invoices.models import Invoice
from tokui.payments.models import Allocation, Decision, Suggestion


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    """Built once for all tests of this file, which only look; rolled back at the end. About ten seconds."""
    folder = tmp_path_factory.mktemp("demo")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=folder), transaction.atomic():
        built = build_world(scale=0.03, months=4, say=lambda line: None)
        with organization_scope(built.company.organization.pk):
            yield built
        transaction.set_rollback(True)


def test_seven_deposits_wait_for_a_person_each_for_its_own_reason(world: Built):
    waiting = Deposit.objects.filter(state=Deposit.State.OPEN)
    assert {(row.payer_raw, row.amount_minor, row.received_on, row.account.code) for row in waiting} == {
        (to_zengin(one.payer), one.amount_minor, one.on, one.bank) for one in WAITING
    }
    for one in WAITING:
        best = Suggestion.objects.filter(deposit__payer_raw=to_zengin(one.payer), rank=0).first()
        codes = [reason["code"] for reason in best.reasons] if best else []
        if one.expects == "unknown":
            assert best is None or (best.grade == "unknown" and "name_equal" not in codes)
        else:
            assert best is not None and best.grade == "likely", one.payer
            assert one.expects in codes, (one.payer, codes)


def test_everything_else_was_decided_and_nothing_was_guessed(world: Built):
    assert Deposit.objects.exclude(state=Deposit.State.OPEN).count() == world.deposits - len(WAITING)
    assert Decision.objects.filter(outcome=Decision.Outcome.AUTOMATIC, undone_at=None).exists()
    assert not Decision.objects.filter(outcome=Decision.Outcome.AUTOMATIC).exclude(grade="certain").exists()


def test_the_matcher_settled_what_the_payers_meant(world: Built):
    """Every automatic payment lies on an invoice of the customer who sent it."""
    people = {key: code for code, key in world.company.customers.items()}
    sent = {(one.on, to_zengin(one.payer)[:48].rstrip(), one.amount_minor): one.customer for one in world.transfers}
    checked = 0
    for row in Allocation.objects.filter(is_automatic=True, released_at=None).select_related("deposit", "invoice"):
        meant = sent.get((row.deposit.received_on, row.deposit.payer_raw, row.deposit.amount_minor))
        if meant and row.deposit.line_id:
            assert people[row.invoice.customer_id] == meant
            checked += 1
    assert checked > 20


def test_the_banks_files_were_written_and_read_in_three_formats(world: Built):
    formats = set(Statement.objects.filter(state=Statement.State.READ).values_list("format", flat=True))
    assert formats == {"zengin-01", "zengin-03", "csv-anser"}
    assert Statement.objects.count() == len(world.files)


def test_the_people_can_sign_in_and_families_belong_together(world: Built):
    for role, name, email in PEOPLE:
        user = User.objects.get(email=email)
        assert user.check_password(PASSWORD) and user.name == name
        assert Membership.objects.get(user=user).role == role
    guardian = Customer.objects.get(name="太田 由紀")
    pupil = Customer.objects.get(name="太田 湊")
    assert pupil.bill_to_id == guardian.pk
    assert Relationship.objects.filter(from_customer=guardian, to_customer=pupil, kind="guardian").exists()
    assert not Invoice.objects.filter(customer=pupil).exists()


def test_a_returned_box_is_credited(world: Built):
    note = Invoice.objects.get(kind=Invoice.Kind.CREDIT_NOTE)
    assert (note.customer.name, note.total_minor) == ("学校法人さくら台学園 さくら台こども園", -9_350)
    assert note.corrects.closing_on == date(2026, 9, 30)


def test_the_books_of_the_demo_balance(world: Built):
    assert_books_balance()
