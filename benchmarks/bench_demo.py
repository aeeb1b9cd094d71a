"""How long the demo's first start takes to build its world, and whether the world keeps what the demo promises.

python -m benchmarks.bench_demo [SCALE]      (default 1.0, the demo itself)
"""

from __future__ import annotations

import sys

from benchmarks.copying import in_throwaway_installation

CUSTOMERS, MONTHS, WAITING = 1_200, 14, 7


def main(scale: float) -> int:
    broken: list[str] = []
    in_throwaway_installation(lambda folder, cluster: broken.extend(_build(scale)))
    for promise in broken:
        print(f"broken: {promise}")
    return 1 if broken else 0


def _build(scale: float) -> list[str]:
    """Build the world in the installation; the promises that it does not keep."""
    import django

    django.setup()
    from tokui.config.demo.build import build_world
    from tokui.core.tenancy import organization_scope

    built = build_world(scale=scale, say=lambda line: None)
    print(
        f"{built.seconds:.0f} s: {built.customers:,} customers, {built.invoices:,} invoices, {built.deposits:,} deposits, "
        f"{built.automatic:,} matched by themselves, {built.by_hand:,} by hand"
    )
    with organization_scope(built.company.organization.pk):
        return [promise for promise, is_kept in _promises(scale).items() if not is_kept]


def _promises(scale: float) -> dict[str, bool]:
    from tokui.banking.models import Deposit
    from tokui.core.invariants import find_offences
    from tokui.customers.models import Customer
    from tokui.invoices.models import SaleLine
    from tokui.payments.models import Allocation, ReturnToDo
    from tokui.payments.queries import deposits_to_reconcile

    live = Allocation.objects.filter(released_at=None)
    rare = {
        "cancelled by the bank": Deposit.objects.filter(state=Deposit.State.CANCELLED).exists(),
    }
    return (rare if scale >= 1 else {}) | {
        f"at least {CUSTOMERS:,} customers": Customer.objects.count() >= CUSTOMERS * min(1.0, scale),
        f"{MONTHS} months of sales": len(SaleLine.objects.dates("sold_on", "month")) == MONTHS,
        f"{WAITING} deposits wait": deposits_to_reconcile().count() == WAITING,
        "fees": live.filter(kind=Allocation.Kind.FEE).exists(),
        "paid twice": ReturnToDo.objects.filter(why=ReturnToDo.Why.PAID_TWICE).exists(),
        "every invariant holds": not find_offences(),
    }


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0))
