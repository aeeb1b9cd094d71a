"""What a confirmed payment teaches about the payer, and unlearning it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from tokui import access
from tokui.access.permissions import PAYMENTS_ALLOCATE
from tokui.banking.models import Deposit, VirtualAccount
from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.errors import Invalid
from tokui.core.events import emit
from tokui.core.locks import lock, lock_all
from tokui.customers.actions import learn_payer_name, revoke_payer_name
from tokui.customers.models import Customer, CustomerKey, PayerName
from tokui.customers.names import name_key
from tokui.payments.events import RemitterCodeLearned, RemitterCodeRevoked
from tokui.payments.models import PayerSign

_CODE = re.compile(r"[0-9]{1,10}")


def learn_from(deposit: Deposit, customer_id: UUID, *, by: Actor) -> list[dict[str, str]]:
    """Remember the payer's spelling on this bank account, its remitter code and virtual account, where they are new.

    A virtual account that is registered says itself whose it is. A name that the customer's record already explains
    teaches nothing. Returns what was learned, for `unlearn`.
    """
    learned = []
    if _teaches_a_name(deposit, customer_id):
        customer = Customer.objects.get(pk=customer_id)
        name = learn_payer_name(customer, raw=deposit.payer_raw, bank_account_id=deposit.account_id, by=by)
        learned.append({"kind": "name", "id": str(name.pk)})
    for kind, value in (("remitter_code", deposit.remitter_code), ("virtual_account", _unregistered(deposit))):
        if value.strip("0 "):
            sign, is_new = _learn_sign(kind, value, customer_id, by)
            if is_new:
                learned.append({"kind": "sign", "id": str(sign.pk)})
    return learned


def unlearn(learned: Sequence[dict[str, Any]], *, by: Actor) -> None:
    """Take back what one decision taught."""
    names = [UUID(one["id"]) for one in learned if one["kind"] == "name"]
    for name in PayerName.objects.filter(pk__in=names, revoked_at=None):
        revoke_payer_name(name, by=by)
    signs = [UUID(one["id"]) for one in learned if one["kind"] == "sign"]
    for sign in lock_all(PayerSign.objects.filter(pk__in=signs, revoked_at=None)):
        _revoke(sign, by)


@transaction.atomic
def learn_remitter_code(customer: Customer, value: str, *, by: Actor) -> PayerSign:
    """Remember that transfers with this code (振込依頼人コード) are this customer's. Known already, nothing changes."""
    access.require(by, PAYMENTS_ALLOCATE)
    code = unicodedata.normalize("NFKC", value).strip()
    if not _CODE.fullmatch(code) or not code.strip("0"):
        raise Invalid(field="value", reason=_("A remitter code is up to 10 digits, not all zero."))
    return _learn_sign(PayerSign.Kind.REMITTER_CODE, code, customer.pk, by)[0]


@transaction.atomic
def revoke_remitter_code(sign: PayerSign, *, by: Actor) -> PayerSign:
    """Forget a remitter code; it stays in history."""
    access.require(by, PAYMENTS_ALLOCATE)
    lock(sign)
    if sign.revoked_at is None:
        _revoke(sign, by)
    return sign


def _learn_sign(kind: str, value: str, customer_id: UUID, by: Actor) -> tuple[PayerSign, bool]:
    sign, is_new = PayerSign.objects.get_or_create(
        kind=kind,
        value=value,
        customer_id=customer_id,
        revoked_at=None,
        defaults={"confirmed_by": by.name, "confirmed_at": clock.now()},
    )
    if is_new and kind == PayerSign.Kind.REMITTER_CODE:
        emit(RemitterCodeLearned(customer_id, sign.pk), about=sign, by=by)
    return sign, is_new


def _revoke(sign: PayerSign, by: Actor) -> None:
    sign.revoked_at, sign.revoked_by = clock.now(), by.name
    sign.save(update_fields=["revoked_at", "revoked_by"])
    if sign.kind == PayerSign.Kind.REMITTER_CODE:
        emit(RemitterCodeRevoked(sign.customer_id, sign.pk), about=sign, by=by)


def _unregistered(deposit: Deposit) -> str:
    number = deposit.virtual_account
    return "" if number and VirtualAccount.objects.filter(code=number).exists() else number


def _teaches_a_name(deposit: Deposit, customer_id: UUID) -> bool:
    """Whether the payer's spelling can be told from others, and neither the record nor a learned name explains it."""
    key = name_key(deposit.payer_raw) if deposit.payer_raw else None
    if key is None or not key.is_usable:
        return False
    explained = CustomerKey.objects.filter(customer=customer_id, kind=CustomerKey.Kind.LOOSE, key=key.loose)
    known = PayerName.objects.filter(
        customer=customer_id, strict_key=deposit.strict_key, bank_account_id=deposit.account_id, revoked_at=None
    )
    return not explained.values("pk").union(known.values("pk"), all=True).exists()
