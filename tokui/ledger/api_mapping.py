"""REST for what the accounting program calls our accounts (勘定科目の対応)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from tokui import access
from tokui.access.permissions import LEDGER_EXPORT
from tokui.ledger.mapping import map_account, rules, unmap_account
from tokui.ledger.models import AccountMapping
from tokui.ui.rest import Given, Paged, Paging, caller, find, page_until, place_after

router = Router(tags=["ledger"])
ORDER = ("pattern",)


class MappingOut(Schema):
    """What the accounts that fit a pattern are called: by the house's own rule, or as usual."""

    id: str | None = Field(description="`map_…` of the house's own rule; null for a usual one")
    pattern: str
    account: str = Field(description="勘定科目")
    sub_account: str = Field(description="補助科目; `{customer}` stands for the customer's name")
    tax_class: str = Field(description="税区分")


class MappingIn(Given):
    model_config = {"extra": "forbid"}

    pattern: str = Field(min_length=1, max_length=80, examples=["revenue:*:10"])
    account: str = Field(min_length=1, max_length=40)
    sub_account: str = Field("", max_length=40)
    tax_class: str = Field("out_of_scope", max_length=40)


@router.get("/ledger/account-mappings", response=Paged[MappingOut], summary="List the names of accounts, by pattern")
def list_mappings(request: HttpRequest, given: Query[Paging]) -> dict[str, Any]:
    access.require(caller(request), LEDGER_EXPORT)
    after = place_after(given, ORDER)
    own = {row.pattern: row.public_id for row in AccountMapping.objects.all()}
    known = sorted(rules(), key=lambda rule: rule.pattern)
    rows = [_shown(rule, own.get(rule.pattern)) for rule in known if after is None or rule.pattern > after[0]]
    return page_until(rows[: given.limit + 1], given, order=ORDER, place=lambda row: [row["pattern"]])


@router.put("/ledger/account-mappings", response=MappingOut, summary="Say what accounts that fit a pattern are called")
def change_mapping(request: HttpRequest, given: MappingIn) -> dict[str, Any]:
    """Replaces the rule of that pattern. Journal files written from now on use it."""
    row = map_account(by=caller(request), **given.dict())
    return _shown(row, row.public_id)


@router.delete("/ledger/account-mappings/{mapping_id}", response={204: None}, summary="Forget a rule of the house")
def delete_mapping(request: HttpRequest, mapping_id: str) -> Status[Any]:
    """The usual names hold again."""
    unmap_account(find(AccountMapping.objects.all(), mapping_id), by=caller(request))
    return Status(204, None)


def _shown(rule: Any, key: str | None) -> dict[str, Any]:
    names = ("pattern", "account", "sub_account", "tax_class")
    return {"id": key, **{name: getattr(rule, name) for name in names}}
