"""What an organization itself puts on customers: tags, fields, notes, files, views."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from tokui.access.models import User
from tokui.core.models import StoredFile
from tokui.core.tenancy import Owned, OwnedForeignKey
from tokui.customers.models.record import Customer

#: Decimals that a custom number keeps; stored as a whole number of ten-thousandths.
NUMBER_SCALE = 4


class Tag(Owned):
    """A word put on customers."""

    PREFIX = "tag"

    name = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="customers_tag_name")]

    def __str__(self) -> str:
        return self.name


class Tagging(Owned):
    """A tag on a customer."""

    tag = OwnedForeignKey(Tag, related_name="taggings", db_index=False)
    customer = OwnedForeignKey(Customer, related_name="taggings", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "tag", "customer"], name="customers_tagging_once")
        ]
        indexes = [models.Index(fields=["organization", "customer"], name="customers_tagging_customer")]


class CustomField(Owned):
    """A field that the organization defined for its customers. The kind never changes; the key is what files say."""

    PREFIX = "fld"

    class Kind(models.TextChoices):
        TEXT = "text"
        NUMBER = "number"
        MONEY = "money"
        DATE = "date"
        CHOICE = "choice"
        BOOLEAN = "boolean"

    key = models.SlugField(max_length=40)
    label = models.CharField(max_length=80)
    kind = models.CharField(max_length=7, choices=Kind.choices)
    choices: Any = ArrayField(models.CharField(max_length=80), default=list)
    position = models.SmallIntegerField(default=0)
    in_list = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "key"], name="customers_field_key")]
        ordering = ["position", "label"]

    def __str__(self) -> str:
        return self.label


class CustomValue(Owned):
    """A customer's value of a custom field: in `text`, `number` or `day`, as the field's kind says.

    Numbers are ten-thousandths, money is in minor units of the organization's currency, yes is 1 and no is 0.
    """

    customer = OwnedForeignKey(Customer, related_name="custom_values", db_index=False)
    field = OwnedForeignKey(CustomField, related_name="+", db_index=False)
    text = models.CharField(max_length=1000, null=True)
    number = models.BigIntegerField(null=True)
    day = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "customer", "field"], name="customers_value_once"),
            models.CheckConstraint(
                condition=Q(text__isnull=False, number=None, day=None)
                | Q(text=None, number__isnull=False, day=None)
                | Q(text=None, number=None, day__isnull=False),
                name="customers_value_one",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "field", "text"], condition=Q(text__isnull=False), name="customers_value_text"
            ),
            models.Index(
                fields=["organization", "field", "number"],
                condition=Q(number__isnull=False),
                name="customers_value_number",
            ),
            models.Index(
                fields=["organization", "field", "day"], condition=Q(day__isnull=False), name="customers_value_day"
            ),
        ]


class Note(Owned):
    """What somebody wrote about a customer."""

    PREFIX = "note"

    customer = OwnedForeignKey(Customer, related_name="notes", db_index=False)
    text = models.TextField()
    written_by = models.CharField(max_length=120)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["organization", "customer", "-created_at"], name="customers_note_customer")]


class Attachment(Owned):
    """A file that belongs to a customer."""

    PREFIX = "att"

    customer = OwnedForeignKey(Customer, related_name="attachments", db_index=False)
    file = OwnedForeignKey(StoredFile, related_name="+", db_index=False)
    attached_by = models.CharField(max_length=120)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "customer", "file"], name="customers_attachment_once")
        ]


class SavedView(Owned):
    """A list of customers with its conditions, columns and order, under a name. Shared unless it has an owner."""

    PREFIX = "view"

    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000)
    owner = models.ForeignKey(User, models.DO_NOTHING, null=True, blank=True, related_name="+", db_index=False)
    position = models.SmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "owner", "name"], nulls_distinct=False, name="customers_view_name"
            )
        ]
        ordering = ["position", "name"]
