"""Finding the row that an address means. Another organization's ids and nonsense are answered alike: not found."""

from __future__ import annotations

from typing import Any, TypeVar

from django.http import HttpRequest

from tokui.core.actors import Actor
from tokui.core.errors import NotFound
from tokui.core.ids import parse_public_id
from tokui.core.refused import ValueRefused
from tokui.core.tenancy import Owned

Row = TypeVar("Row", bound=Owned)


def row_of(model: type[Row], key: str, **conditions: Any) -> Row:
    """The row of a public id. Raises NotFound."""
    try:
        found = model._default_manager.filter(pk=parse_public_id(key, model.PREFIX), **conditions).first()
    except ValueRefused:
        found = None
    if found is None:
        raise NotFound
    return found


def actor(request: HttpRequest) -> Actor:
    return request.visit.actor  # type: ignore[attr-defined, no-any-return]
