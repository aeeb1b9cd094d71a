"""One file from a path: for the command line and for programs beside it."""

from __future__ import annotations

from pathlib import Path

from tokui.banking.actions import import_statement
from tokui.banking.models import BankAccount, Statement
from tokui.core.actors import SYSTEM, Actor
from tokui.core.errors import NotFound


def import_bank_file(path: Path, account_code: str, format: str = "auto", *, by: Actor = SYSTEM) -> Statement:
    """Read a bank's file at once. Raises NotFound for an unknown account; look at the statement's state and refusal."""
    account = BankAccount.objects.filter(code=account_code).first()
    if account is None:
        raise NotFound
    return import_statement(path.read_bytes(), account=account, name=path.name, format=format, by=by, at_once=True)
