"""Rows that belong to no business noun: organizations, events, parcels, files, keys."""

from __future__ import annotations

from typing import Any

from django.db import models

from tokui.core.ids import uuid7
from tokui.core.tenancy import Owned, OwnedForeignKey


class Organization(models.Model):
    """A merchant: whoever runs Tokui for their own customers. Global: it is what rows belong to."""

    PREFIX = "org"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(unique=True, max_length=40)
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=5, default="ja")
    time_zone = models.CharField(max_length=40, default="Asia/Tokyo")
    currency = models.CharField(max_length=3, default="JPY")
    first_month = models.PositiveSmallIntegerField(default=4)  # of the fiscal year: April in most Japanese companies
    first_steps_left_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(first_month__range=(1, 12)), name="core_organization_first_month")
        ]

    def __str__(self) -> str:
        return self.name


class DoorKey(models.Model):
    """Which organization a secret belongs to: API keys, invitations, public links. Holds hashes only.

    Read through the definer function `core_door` (no session, no organization yet); written by its organization.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.DO_NOTHING, related_name="+")
    kind = models.CharField(max_length=20)
    hash = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "hash"], name="core_doorkey_hash")]


class Setting(models.Model):
    """Installation-wide values; today only the test clock's offset in seconds."""

    name = models.CharField(primary_key=True, max_length=40)
    value = models.CharField(max_length=200)


class Throttle(models.Model):
    """Attempts counted per key and window; see `core.throttle`."""

    key = models.CharField(primary_key=True, max_length=200)
    window_start = models.BigIntegerField()
    hits = models.IntegerField()


class Event(Owned):
    """Something that happened. The only log: timeline, webhooks, audit and workflows all read it.

    Append-only, partitioned by month on the UUIDv7 key. `occurred_at` is when it counts, `recorded_at` when we
    learned it. `transaction_id` lets feeds read behind the commit horizon.
    """

    PREFIX = "evt"

    type = models.CharField(max_length=80)
    about_type = models.CharField(max_length=40)
    about_id = models.UUIDField()
    customer_id = models.UUIDField(null=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    by_kind = models.CharField(max_length=10)
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=120)
    payload = models.JSONField()
    transaction_id = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["organization", "customer_id", "-occurred_at", "-id"], name="core_event_customer"),
            models.Index(fields=["organization", "about_id", "-occurred_at"], name="core_event_about"),
            models.Index(fields=["organization", "-recorded_at", "-id"], name="core_event_recorded"),
        ]


class Handled(Owned):
    """A handler's claim on an event: inserted first in the handler's transaction, so effects happen once."""

    handler = models.CharField(max_length=120)
    event = OwnedForeignKey(Event, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "handler", "event"], name="core_handled_once")]


class StoredFile(Owned):
    """The bytes of an upload or an issued document, stored once per content."""

    PREFIX = "file"

    sha256 = models.BinaryField(max_length=32)
    size_bytes = models.BigIntegerField()
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    path = models.CharField(max_length=200)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "sha256", "name"], name="core_file_content")]


class Parcel(Owned):
    """A raw thing from outside (a file, a webhook), stored before it is understood."""

    PREFIX = "par"

    class State(models.TextChoices):
        RECEIVED = "received"
        UNDERSTOOD = "understood"
        REFUSED = "refused"

    MOVES = {
        (State.RECEIVED, State.UNDERSTOOD),
        (State.RECEIVED, State.REFUSED),
        (State.REFUSED, State.UNDERSTOOD),  # once somebody said how to read it
    }

    source = models.CharField(max_length=60)
    external_id = models.CharField(max_length=120)
    file = OwnedForeignKey(StoredFile, related_name="+", db_index=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RECEIVED)
    refusal: Any = models.JSONField(null=True)
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "source", "external_id"], name="core_parcel_once")
        ]


class IdempotencyRecord(Owned):
    """The answer to a request that carried an `Idempotency-Key`, to be given again to the same request."""

    key = models.CharField(max_length=120)
    request_hash = models.BinaryField(max_length=32)
    status = models.SmallIntegerField(null=True)
    body = models.TextField(default="")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "key"], name="core_idempotency_key")]


class PersonalKey(Owned):
    """The key under which one person's past values are encrypted in events; destroying it erases them."""

    subject_id = models.UUIDField()
    wrapped_key = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "subject_id"], name="core_personalkey_subject")]
