"""The organization's policy, and the matcher's policy made of it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tokui import access
from tokui.access.permissions import SETTINGS_MANAGE
from tokui.core.actors import Actor
from tokui.core.errors import Invalid
from tokui.core.events import emit
from tokui.core.locks import lock
from tokui.core.tenancy import require_organization
from tokui.payments.events import PolicyChanged
from tokui.payments.matching import Policy
from tokui.payments.models import PaymentPolicy

CHANGEABLE = frozenset(
    {"fee_tolerances", "fee_bearer", "certain_threshold", "likely_threshold", "posts_certain", "learns_names"}
    | {"oldest_first_settles_ties", "grace_days", "write_off_limit_minor"}
)


def policy_of_organization() -> PaymentPolicy:
    """What the organization chose; the defaults, not stored, until it chooses.

    Reading never writes: two transactions that both had to insert the row could wait for each other.
    """
    return PaymentPolicy.objects.first() or PaymentPolicy()


def matcher_policy(policy: PaymentPolicy) -> Policy:
    return Policy(
        fee_tolerances=tuple(sorted(policy.fee_tolerances)),
        certain_threshold=policy.certain_threshold,
        likely_threshold=policy.likely_threshold,
        oldest_first_settles_ties=policy.oldest_first_settles_ties,
    )


@transaction.atomic
def change_policy(changes: dict[str, Any], *, by: Actor) -> PaymentPolicy:
    """Change the policy; standings follow at once when the days of grace change. Raises Invalid by field."""
    access.require(by, SETTINGS_MANAGE)
    policy = lock(PaymentPolicy.objects.get_or_create(organization_id=require_organization())[0])
    changed = {name: value for name, value in changes.items() if name in CHANGEABLE and getattr(policy, name) != value}
    for name, value in changed.items():
        setattr(policy, name, value)
    _check(policy)
    if not changed:
        return policy
    policy.save()
    emit(PolicyChanged(policy.pk, tuple(sorted(changed))), about=policy, by=by)
    if "grace_days" in changed:
        from tokui.payments.standings import rebuild_standings

        rebuild_standings(by=by)
    return policy


def _check(policy: PaymentPolicy) -> None:
    if not 0 <= policy.grace_days <= 60:
        raise Invalid(field="grace_days", reason=_("Use 0 to 60 days."))
    if not 50 <= policy.certain_threshold <= 99:
        raise Invalid(field="certain_threshold", reason=_("Use 50 to 99."))
    if not 20 <= policy.likely_threshold < policy.certain_threshold:
        raise Invalid(field="likely_threshold", reason=_("Use 20 or more, and less than for certain."))
    if policy.write_off_limit_minor < 0:
        raise Invalid(field="write_off_limit_minor", reason=_("The limit cannot be negative."))
    if any(not 0 < fee <= 10_000 for fee in policy.fee_tolerances):
        raise Invalid(field="fee_tolerances", reason=_("Fees lie between 1 and 10,000 yen."))
    if policy.fee_bearer not in PaymentPolicy.FeeBearer.values:
        raise Invalid(field="fee_bearer", reason=_("Choose who bears the fee."))
