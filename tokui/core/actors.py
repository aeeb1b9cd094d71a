"""Who acts: every verb is told `by` whom, and every event remembers it."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True)
class Actor:
    """A user in an organization, an API key, or the system itself."""

    kind: str  # "user", "api_key" or "system"
    id: UUID | None
    name: str
    role: str
    permissions: frozenset[str] = field(repr=False, default=frozenset())
    #: The person behind it: the user, or who made the API key; None when nobody is known.
    person_id: UUID | None = None

    def can(self, permission: str) -> bool:
        return self.kind == "system" or permission in self.permissions


#: The product acting by itself: scheduled work, handlers of events.
SYSTEM = Actor(kind="system", id=None, name="Tokui", role="system")


def actor_facts(by: Actor) -> dict[str, str]:
    """An actor as a job carries it; permissions were asked before."""
    return {"kind": by.kind, "id": str(by.id or ""), "name": by.name, "role": by.role}


def actor_of_facts(facts: dict[str, str]) -> Actor:
    return Actor(facts["kind"], UUID(facts["id"]) if facts["id"] else None, facts["name"], facts["role"])
