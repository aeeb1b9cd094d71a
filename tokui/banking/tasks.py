"""Work that follows a moment later."""

from __future__ import annotations

from uuid import UUID

from tokui.banking.actions.statements import read_statement
from tokui.banking.models import Statement
from tokui.core.actors import SYSTEM
from tokui.core.jobs import job


@job(queue="imports")
def read_received(statement: str) -> None:
    row = Statement.objects.filter(pk=UUID(statement), state=Statement.State.RECEIVED).first()
    if row is not None:
        read_statement(row, by=SYSTEM)
