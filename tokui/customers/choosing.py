"""Many customers at once: those with these ids, or all that a list's query means."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _

from tokui.core.actors import Actor
from tokui.core.errors import Invalid, NotFound
from tokui.core.ids import parse_public_id
from tokui.core.refused import ValueRefused
from tokui.customers.models import Customer
from tokui.customers.queries import ListQuery, matching, parse_query

MOST = 10_000


def query_of(text: str) -> ListQuery:
    """A list's query from the part of an address behind the question mark."""
    return parse_query(dict(QueryDict(text).lists()))


def ids_meant(query: ListQuery, *, by: Actor) -> list[UUID]:
    """All that a query means. Refuses more than one action can change at once."""
    ids = list(matching(query, by=by).order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    if len(ids) > MOST:
        raise Invalid(field="everything", reason=_("These are more than 10,000 customers; narrow the list first."))
    return ids


def ids_given(texts: Sequence[str], *, field: str) -> list[UUID]:
    """The keys of public ids. Raises NotFound for what is none."""
    try:
        ids = [parse_public_id(text, Customer.PREFIX) for text in texts]
    except ValueRefused as refused:
        raise NotFound(field=field) from refused
    if not ids:
        raise Invalid(field=field, reason=_("Choose customers first."))
    return ids
