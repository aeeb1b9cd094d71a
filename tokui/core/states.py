"""The order of states: a model lists its MOVES, and only `move` changes a state."""

from __future__ import annotations

from typing import Any

from django.db import models

from tokui.core.errors import StateChanged


def move(row: models.Model, *, to: Any, field: str = "state", **changes: Any) -> None:
    """Change a row's state by a conditional UPDATE, together with other columns.

    Refuses with StateChanged when the move is not listed in the model's MOVES or when another transaction was first.
    """
    before = getattr(row, field)
    if (before, to) not in row.MOVES:  # type: ignore[attr-defined]
        raise StateChanged
    updated = type(row)._default_manager.filter(pk=row.pk, **{field: before}).update(**{field: to}, **changes)
    if updated != 1:
        raise StateChanged
    for name, value in {field: to, **changes}.items():
        setattr(row, name, value)
