"""People for tests, made by the real verbs."""

from __future__ import annotations

from dataclasses import dataclass

from tokui.access.actions import accept_invitation, actor_of, invite_user
from tokui.access.models import Membership, User
from tokui.core.actors import SYSTEM, Actor
from tokui.core.tenancy import require_organization

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Member:
    user: User
    membership: Membership
    actor: Actor


def make_member(role: str = "owner", *, email: str = "", name: str = "佐藤 真理") -> Member:
    email = email or f"{role}@example.jp"
    issued = invite_user(email, role=role, by=SYSTEM)
    user = accept_invitation(issued.secret, name=name, password=PASSWORD)
    membership = Membership.objects.get(user=user, organization_id=require_organization())
    return Member(user, membership, actor_of(user, role))
