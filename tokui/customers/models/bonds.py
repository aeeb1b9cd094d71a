"""How to reach a customer, and how customers belong together."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from tokui.core.tenancy import Owned, OwnedForeignKey
from tokui.customers.models.record import Customer


class ContactPoint(Owned):
    """A further way to reach a customer, beside the first ones on the customer itself."""

    PREFIX = "cpt"

    class Kind(models.TextChoices):
        MAIL = "mail"
        PHONE = "phone"
        POSTAL = "postal"
        SOCIAL = "social"

    customer = OwnedForeignKey(Customer, related_name="contact_points", db_index=False)
    kind = models.CharField(max_length=6, choices=Kind.choices)
    label = models.CharField(max_length=40, default="", blank=True)
    value = models.CharField(max_length=254)
    postal_code = models.CharField(max_length=8, default="", blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "customer", "kind", "value"], name="customers_point_once")
        ]


class ContactPerson(Owned):
    """A person at a customer: whom the invoice is sent to, who transfers in their own name.

    Documents are addressed to the one who `takes_documents`.
    """

    PREFIX = "cpn"

    customer = OwnedForeignKey(Customer, related_name="contact_persons", db_index=False)
    name = models.CharField(max_length=80)
    kana = models.CharField(max_length=80, default="", blank=True)
    department = models.CharField(max_length=80, default="", blank=True)
    title = models.CharField(max_length=80, default="", blank=True)
    email = models.CharField(max_length=254, default="", blank=True)
    phone = models.CharField(max_length=20, default="", blank=True)
    takes_documents = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "customer"],
                condition=Q(takes_documents=True),
                name="customers_person_takes_documents",
            )
        ]
        indexes = [models.Index(fields=["organization", "customer"], name="customers_person_customer")]


class Relationship(Owned):
    """`from_customer` is the guardian, employee, parent company, partner, referrer or payer of `to_customer`."""

    PREFIX = "rel"

    class Kind(models.TextChoices):
        GUARDIAN = "guardian"
        EMPLOYEE = "employee"
        PARENT_COMPANY = "parent_company"
        PARTNER = "partner"
        REFERRER = "referrer"
        PAYS_FOR = "pays_for"

    from_customer = OwnedForeignKey(Customer, related_name="relationships_from", db_index=False)
    to_customer = OwnedForeignKey(Customer, related_name="relationships_to", db_index=False)
    kind = models.CharField(max_length=14, choices=Kind.choices)
    note = models.CharField(max_length=120, default="", blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "from_customer", "to_customer", "kind"], name="customers_relationship_once"
            ),
            models.CheckConstraint(condition=~Q(from_customer=F("to_customer")), name="customers_relationship_two"),
        ]
        indexes = [models.Index(fields=["organization", "to_customer"], name="customers_relationship_to")]


class PayerName(Owned):
    """A name that this customer's transfers carried, confirmed by a person; revocable.

    `bank_account_id` is the account of ours on which it was seen; null means on all of them.
    """

    PREFIX = "pyn"

    customer = OwnedForeignKey(Customer, related_name="payer_names", db_index=False)
    bank_account_id = models.UUIDField(null=True)
    raw = models.CharField(max_length=120)
    strict_key = models.CharField(max_length=120)
    loose_key = models.CharField(max_length=120)
    confirmed_by = models.CharField(max_length=120)
    confirmed_at = models.DateTimeField()
    revoked_by = models.CharField(max_length=120, default="", blank=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "strict_key", "customer", "bank_account_id"],
                condition=Q(revoked_at=None),
                nulls_distinct=False,
                name="customers_payer_once",
            )
        ]
        indexes = [
            models.Index(fields=["organization", "loose_key"], name="customers_payer_loose"),
            models.Index(fields=["organization", "customer"], name="customers_payer_customer"),
        ]
