"""Long work on documents as jobs."""

from __future__ import annotations

from uuid import UUID

from tokui.access.permissions import INVOICES_VIEW, MESSAGES_SEND
from tokui.core.actors import Actor
from tokui.core.jobs import job
from tokui.invoices.dispatch_work import work_off


@job(queue="default", atomic=False)
def work_off_dispatch(organization: UUID, dispatch: str, by: dict[str, str]) -> None:
    work_off(organization, UUID(dispatch), _actor(by))


def _actor(facts: dict[str, str]) -> Actor:
    """Who ordered it, with what they were allowed when they did: losing a permission stops no work under way."""
    may = frozenset({INVOICES_VIEW, MESSAGES_SEND})
    return Actor(facts["kind"], UUID(facts["id"]) if facts["id"] else None, facts["name"], facts["role"], may)
