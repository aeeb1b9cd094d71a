"""Finding rows by the ids in addresses."""

from __future__ import annotations

from typing import TypeVar

from tokui.core.errors import NotFound
from tokui.core.ids import parse_public_id
from tokui.core.tenancy import Owned

Row = TypeVar("Row", bound=Owned)


def found(model: type[Row], public: str) -> Row:
    """The row of a public id in this organization; NotFound for anything else."""
    try:
        key = parse_public_id(public, model.PREFIX)
    except ValueError as wrong:
        raise NotFound from wrong
    row = model._default_manager.filter(pk=key).first()
    if row is None:
        raise NotFound
    return row
