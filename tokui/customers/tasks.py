"""The long work of imports as jobs: each opens its own transactions, batch by batch."""

from __future__ import annotations

from uuid import UUID

from tokui.core.actors import actor_of_facts
from tokui.core.jobs import job
from tokui.customers.importing.runs import apply_batches, check_batch
from tokui.customers.importing.undoing import undo_batches


@job(queue="imports", atomic=False)
def check_customers(organization: UUID, batch: str) -> None:
    check_batch(organization, UUID(batch))


@job(queue="imports", atomic=False)
def apply_customers(organization: UUID, batch: str, by: dict[str, str]) -> None:
    apply_batches(organization, UUID(batch), actor_of_facts(by))


@job(queue="imports", atomic=False)
def undo_customers(organization: UUID, batch: str, by: dict[str, str]) -> None:
    undo_batches(organization, UUID(batch), actor_of_facts(by))
