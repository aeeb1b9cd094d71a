"""Who may come in: users, memberships, invitations, API keys; and the businesses of an organization."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models

from tokui.core.ids import public_id, uuid7
from tokui.core.models import Organization, StoredFile
from tokui.core.tenancy import Owned, OwnedForeignKey


class Role(models.TextChoices):
    OWNER = "owner"
    ACCOUNTANT = "accountant"
    SALES = "sales"
    MARKETER = "marketer"
    SUPPORT = "support"
    VIEWER = "viewer"


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person who signs in. Global: one person may work for several organizations."""

    PREFIX = "usr"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(unique=True, max_length=254)
    name = models.CharField(max_length=80)
    language = models.CharField(max_length=5, default="ja")
    single_keys = models.BooleanField(default=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def public_id(self) -> str:
        return public_id(self.PREFIX, self.id)


class Membership(models.Model):
    """A user's role in an organization. Global, because sign-in comes before the organization is known."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.DO_NOTHING, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.DO_NOTHING, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role.choices)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "user"], name="access_membership_once")]


class Invitation(Owned):
    """A link by which a person joins; the link's secret is kept only as a hash."""

    PREFIX = "ivt"

    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=12, choices=Role.choices)
    hash = models.BinaryField(max_length=32)
    invited_by = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "hash"], name="access_invitation_hash")]


class ApiKey(Owned):
    """A program's way in: hashed, scoped, revocable. The key itself is shown once."""

    PREFIX = "key"

    name = models.CharField(max_length=80)
    hint = models.CharField(max_length=12)
    hash = models.BinaryField(max_length=32)
    scopes: Any = ArrayField(models.CharField(max_length=40))
    created_by = models.CharField(max_length=120)
    created_by_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    last_used_on = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "hash"], name="access_apikey_hash")]


class Business(Owned):
    """A line of trade inside the organization: its own name, logo, number series and sender.

    The organization is the merchant (one tax registration); its cram school, membership site and shop are businesses.
    """

    PREFIX = "biz"

    code = models.CharField(max_length=20)
    name = models.CharField(max_length=80)
    legal_name = models.CharField(max_length=120, default="", blank=True)
    registration_number = models.CharField(max_length=14, default="", blank=True)
    postal_code = models.CharField(max_length=8, default="", blank=True)
    address = models.CharField(max_length=200, default="", blank=True)
    phone = models.CharField(max_length=20, default="", blank=True)
    email = models.EmailField(default="", blank=True)
    colour = models.CharField(max_length=10, default="ai")
    logo = OwnedForeignKey(StoredFile, null=True, blank=True, related_name="+", db_index=False)
    seal = OwnedForeignKey(StoredFile, null=True, blank=True, related_name="+", db_index=False)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "code"], name="access_business_code")]

    def __str__(self) -> str:
        return self.name


def business_numbers() -> dict[UUID, int]:
    """Each business with the number it got when it was made, which never changes; it chooses the colour of its dot."""
    return {key: number for number, key in enumerate(Business.objects.order_by("pk").values_list("pk", flat=True), 1)}
