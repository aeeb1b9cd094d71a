"""Long work on documents as jobs; the worker learns of the roads of files by this module too."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from tokui.access.permissions import INVOICES_VIEW, MESSAGES_SEND
from tokui.core.actors import actor_of_facts
from tokui.core.jobs import job
from tokui.invoices.dispatch_work import work_off
from tokui.invoices.importing import OPENINGS, SALES

__all__ = ["OPENINGS", "SALES", "work_off_dispatch"]

#: What whoever ordered a dispatch was allowed when they did: losing a permission stops no work under way.
MAY = frozenset({INVOICES_VIEW, MESSAGES_SEND})


@job(queue="default", atomic=False)
def work_off_dispatch(organization: UUID, dispatch: str, by: dict[str, str]) -> None:
    work_off(organization, UUID(dispatch), replace(actor_of_facts(by), permissions=MAY))
