"""The verbs of access: found an organization, invite, join, change a role, hand out and revoke API keys."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from tokui import access
from tokui.access.events import (
    ApiKeyCreated,
    ApiKeyRevoked,
    BusinessChanged,
    FirstStepsLeft,
    OrganizationChanged,
    OrganizationFounded,
    RoleChanged,
    SignedIn,
    UserInvited,
    UserJoined,
    UserRemoved,
)
from tokui.access.models import ApiKey, Business, Invitation, Membership, Role, User
from tokui.access.permissions import ALL, KEYS_MANAGE, MATRIX, SETTINGS_MANAGE, USERS_MANAGE
from tokui.core import clock, doors
from tokui.core.actors import SYSTEM, Actor
from tokui.core.errors import Invalid, NotFound, Refusal
from tokui.core.events import emit
from tokui.core.locks import advisory_lock, lock
from tokui.core.models import Organization
from tokui.core.tenancy import organization_scope, require_organization
from tokui.core.values import ValueRefused, is_registration_number, parse_mail_address

INVITATION_DAYS = 7
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
LANGUAGES = ("ja", "en")


class InvitationExpired(Refusal):
    """This invitation is no longer valid. Ask for a new one."""

    status = 410


class LastOwner(Refusal):
    """An organization needs at least one owner."""


class AlreadyMember(Refusal):
    """{email} already belongs to this organization."""


class SlugTaken(Refusal):
    """There is already an organization called {slug}."""


@dataclass(frozen=True)
class Issued:
    """A secret at the only moment at which it can be read."""

    secret: str
    row: ApiKey | Invitation


def found_organization(name: str, *, slug: str = "", language: str = "ja") -> Organization:
    """Create a merchant with its first business. An operator's verb: `tokui org create`."""
    slug = slug or slugify(name)[:40].strip("-") or f"org-{Organization.objects.count() + 1}"
    if not SLUG.fullmatch(slug):
        raise Invalid(field="slug", reason=_("Use lower-case letters, digits and hyphens, at most 40."))
    _check_organization(name, language)
    if Organization.objects.filter(slug=slug).exists():
        raise SlugTaken(slug=slug)
    with transaction.atomic():
        organization = Organization.objects.create(slug=slug, name=name, language=language, created_at=clock.now())
        with organization_scope(organization.pk):
            Business.objects.create(code="main", name=name, legal_name=name)
            emit(OrganizationFounded(organization.pk), about=organization, by=SYSTEM)
    return organization


def _check_organization(name: str, language: str) -> None:
    if not name.strip() or len(name) > 120:
        raise Invalid(field="name", reason=_("A name has 1 to 120 characters."))
    if language not in LANGUAGES:
        raise Invalid(field="language", reason=_("Choose ja or en."))


@transaction.atomic
def change_organization(
    organization: Organization, *, name: str, language: str, first_month: int, by: Actor
) -> Organization:
    """Set the merchant's name, the language of what it sends to its people, and when its fiscal year begins."""
    access.require(by, SETTINGS_MANAGE)
    organization = _own_organization(organization)
    _check_organization(name, language)
    if not 1 <= first_month <= 12:
        raise Invalid(field="first_month", reason=_("A fiscal year begins in a month from 1 to 12."))
    organization.name, organization.language, organization.first_month = name.strip(), language, first_month
    organization.save(update_fields=["name", "language", "first_month"])
    emit(OrganizationChanged(organization.pk), about=organization, by=by)
    return organization


@transaction.atomic
def leave_first_steps(organization: Organization, *, by: Actor) -> None:
    """Put the list of first steps away for everybody; what is left of it can be done all the same."""
    access.require(by, SETTINGS_MANAGE)
    organization = _own_organization(organization)
    if organization.first_steps_left_at is None:
        organization.first_steps_left_at = clock.now()
        organization.save(update_fields=["first_steps_left_at"])
        emit(FirstStepsLeft(organization.pk), about=organization, by=by)


def _own_organization(organization: Organization) -> Organization:
    """Locked, and surely the one whose scope is open: rows of organizations lie outside of row level security."""
    if organization.pk != require_organization():
        raise NotFound
    return lock(organization)


@transaction.atomic
def invite_user(email: str, *, role: str, by: Actor) -> Issued:
    """Let a person join with a role, by a link that lives seven days."""
    access.require(by, USERS_MANAGE)
    email = _mail_address(email)
    organization_id = require_organization()
    if Membership.objects.filter(organization_id=organization_id, user__email=email, is_active=True).exists():
        raise AlreadyMember(email=email)
    secret = doors.new_secret("join")
    door = doors.open_door("invitation", secret)
    now = clock.now()
    invitation = Invitation.objects.create(
        email=email,
        role=Role(role),
        hash=door.hash,
        invited_by=by.name,
        created_at=now,
        expires_at=now + timedelta(days=INVITATION_DAYS),
    )
    emit(UserInvited(invitation.pk, role), about=invitation, by=by)
    return Issued(secret, invitation)


def _mail_address(typed: str) -> str:
    try:
        return parse_mail_address(typed)
    except ValueRefused as refused:
        raise Invalid(
            field="email", reason=_("“%(typed)s” is not a mail address.") % {"typed": typed[:80]}
        ) from refused


def invitation_behind(secret: str) -> Invitation:
    """The open invitation of a link; inside its organization's scope."""
    found = Invitation.objects.filter(hash=doors.hash_of(secret), accepted_at=None).first()
    if found is None or found.expires_at < clock.now():
        raise InvitationExpired
    return found


@transaction.atomic
def accept_invitation(secret: str, *, name: str, password: str, language: str = "ja") -> User:
    """Join: the first time a user is made, a known user keeps their own password."""
    invitation = invitation_behind(secret)
    lock(invitation)
    if invitation.accepted_at is not None:
        raise InvitationExpired
    user = User.objects.filter(email=invitation.email).first()
    if user is None:
        user = _create_user(invitation.email, name, password, language)
    elif not user.check_password(password):
        raise Invalid(field="password", reason=_("Enter the password you already use for Tokui."))
    Membership.objects.update_or_create(
        organization_id=invitation.organization_id,
        user=user,
        defaults={"role": invitation.role, "is_active": True, "created_at": clock.now()},
    )
    invitation.accepted_at = clock.now()
    invitation.save(update_fields=["accepted_at"])
    doors.close_door("invitation", bytes(invitation.hash))
    emit(UserJoined(user.pk, invitation.role), about=user, by=actor_of(user, invitation.role))
    return user


def _create_user(email: str, name: str, password: str, language: str) -> User:
    user = User(email=email, name=name.strip() or email.split("@")[0], language=language, created_at=clock.now())
    try:
        validate_password(password, user)
    except ValidationError as trouble:
        raise Invalid(field="password", reason=" ".join(trouble.messages)) from trouble
    user.set_password(password)
    user.save()
    return user


def set_password(user: User, password: str) -> None:
    """A new password, which ends every other session of the user (their session hash changes)."""
    try:
        validate_password(password, user)
    except ValidationError as trouble:
        raise Invalid(field="password", reason=" ".join(trouble.messages)) from trouble
    user.set_password(password)
    user.save(update_fields=["password"])


def change_profile(user: User, *, name: str, language: str, single_keys: bool) -> None:
    """One's own name, language and keyboard; nobody else's."""
    user.name, user.language, user.single_keys = name, language, single_keys
    user.save(update_fields=["name", "language", "single_keys"])


def remember_sign_in(user: User, *, address: str) -> None:
    """Sign-ins are events of every organization the user belongs to."""
    for membership in Membership.objects.filter(user=user, is_active=True):
        with organization_scope(membership.organization_id):
            emit(SignedIn(user.pk, address), about=user, by=actor_of(user, membership.role))


def actor_of(user: User, role: str) -> Actor:
    return Actor(kind="user", id=user.pk, name=str(user), role=role, permissions=MATRIX[Role(role)], person_id=user.pk)


@transaction.atomic
def change_role(membership: Membership, *, role: str, by: Actor) -> Membership:
    """Give a member another role; the last owner stays owner."""
    access.require(by, USERS_MANAGE)
    membership = _own_membership(membership)
    before = membership.role
    if before == Role.OWNER and role != Role.OWNER:
        _require_another_owner(membership)
    membership.role = Role(role)
    membership.save(update_fields=["role"])
    emit(RoleChanged(membership.user_id, before, role), about=membership, by=by)
    return membership


@transaction.atomic
def remove_user(membership: Membership, *, by: Actor) -> None:
    """End a membership at once; sessions of that user lose the organization with the next request."""
    access.require(by, USERS_MANAGE)
    membership = _own_membership(membership)
    if membership.role == Role.OWNER:
        _require_another_owner(membership)
    membership.is_active = False
    membership.save(update_fields=["is_active"])
    emit(UserRemoved(membership.user_id), about=membership, by=by)


def _own_membership(membership: Membership) -> Membership:
    advisory_lock("memberships", [require_organization()])
    if membership.organization_id != require_organization():
        raise NotFound
    return lock(membership)


def _require_another_owner(membership: Membership) -> None:
    others = Membership.objects.filter(organization_id=membership.organization_id, role=Role.OWNER, is_active=True)
    if not others.exclude(pk=membership.pk).exists():
        raise LastOwner


@transaction.atomic
def create_api_key(name: str, *, scopes: Iterable[str], by: Actor) -> Issued:
    """Hand out a key that may do at most what is listed; the secret is returned once."""
    access.require(by, KEYS_MANAGE)
    wanted = sorted(set(scopes))
    unknown = [scope for scope in wanted if scope not in ALL]
    if unknown or not wanted:
        raise Invalid(field="scopes", reason=_("Unknown scopes: %(names)s") % {"names": ", ".join(unknown) or "–"})
    secret = doors.new_secret("tk")
    door = doors.open_door("api_key", secret)
    key = ApiKey.objects.create(
        name=name,
        hint=secret[-4:],
        hash=door.hash,
        scopes=wanted,
        created_by=by.name,
        created_by_id=by.person_id,
        created_at=clock.now(),
    )
    emit(ApiKeyCreated(key.pk, tuple(wanted)), about=key, by=by)
    return Issued(secret, key)


@transaction.atomic
def revoke_api_key(key: ApiKey, *, by: Actor) -> None:
    """Close a key for good; requests with it are refused from the next one on."""
    access.require(by, KEYS_MANAGE)
    lock(key)
    if key.revoked_at is None:
        key.revoked_at = clock.now()
        key.save(update_fields=["revoked_at"])
        doors.close_door("api_key", bytes(key.hash))
        emit(ApiKeyRevoked(key.pk), about=key, by=by)


@transaction.atomic
def change_business(business: Business, *, by: Actor, **values: object) -> Business:
    """Set a business's name, address, registration number, logo or seal; a new row is a new business."""
    access.require(by, SETTINGS_MANAGE)
    number = str(values.get("registration_number", ""))
    if number and not is_registration_number(number):
        raise Invalid(field="registration_number", reason=_("T and 13 digits; the first of them is a check digit."))
    for name, value in values.items():
        setattr(business, name, value)
    business.save()
    emit(BusinessChanged(business.pk), about=business, by=by)
    return business
