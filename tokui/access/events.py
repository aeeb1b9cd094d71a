from dataclasses import dataclass
from uuid import UUID

from tokui.core.events import event


@event
@dataclass(frozen=True)
class OrganizationFounded:
    organization_id: UUID


@event
@dataclass(frozen=True)
class OrganizationChanged:
    organization_id: UUID


@event
@dataclass(frozen=True)
class FirstStepsLeft:
    organization_id: UUID


@event
@dataclass(frozen=True)
class UserInvited:
    invitation_id: UUID
    role: str


@event
@dataclass(frozen=True)
class UserJoined:
    user_id: UUID
    role: str


@event
@dataclass(frozen=True)
class RoleChanged:
    user_id: UUID
    before: str
    after: str


@event
@dataclass(frozen=True)
class UserRemoved:
    user_id: UUID


@event
@dataclass(frozen=True)
class SignedIn:
    user_id: UUID
    address: str


@event
@dataclass(frozen=True)
class ApiKeyCreated:
    key_id: UUID
    scopes: tuple[str, ...]


@event
@dataclass(frozen=True)
class ApiKeyRevoked:
    key_id: UUID


@event
@dataclass(frozen=True)
class BusinessChanged:
    business_id: UUID
