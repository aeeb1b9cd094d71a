"""Values of a customer as people read them: before and after a change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from tokui.customers.index import national
from tokui.customers.models import Customer
from tokui.customers.words import CHOICE_WORDS


def shown(name: str, value: Any, names: Mapping[str, str]) -> str:
    """A field's value in words; `names` are those behind ids (`names_behind`)."""
    if value in (None, "", []):
        return "–"
    if name in CHOICE_WORDS:
        return str(CHOICE_WORDS[name].get(str(value), value))
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, list):
        return _(", ").join(map(str, value))
    if name == "phone" and str(value).startswith("+81"):
        return national(str(value))
    return names.get(str(value), str(value))


def names_behind(changes: Iterable[Mapping[str, Sequence[Any]]]) -> dict[str, str]:
    """Names behind the ids that changes {field: values} mention."""
    from tokui.access.models import Business, User

    wanted: dict[str, set[str]] = {"bill_to_id": set(), "owner_id": set(), "business_id": set()}
    for values in changes:
        for field, found in wanted.items():
            found.update(one for one in values.get(field, ()) if is_id(one))
    sources: tuple[tuple[str, Any], ...] = (("bill_to_id", Customer), ("owner_id", User), ("business_id", Business))
    named: dict[str, str] = {}
    for field, model in sources:
        if wanted[field]:
            named |= {
                str(pk): name for pk, name in model.objects.filter(pk__in=wanted[field]).values_list("pk", "name")
            }
    return named


def is_id(value: Any) -> bool:
    """Whether a value is an id; a payer who is yet to come is told by its code."""
    try:
        return bool(value) and str(UUID(str(value))) == str(value)
    except ValueError:
        return False
