import pytest
from tokui.config.demo.build import build_world
def test_it(db):
    b = build_world(scale=0.05, months=3)
    print(b.customers,b.invoices,b.deposits,b.automatic,b.by_hand,b.seconds)
    from tokui.core.tenancy import organization_scope
    from tokui.banking.models import Deposit
    from tokui.payments.models import Suggestion
    with organization_scope(b.company.organization.pk):
        for d in Deposit.objects.filter(state='open').order_by('-received_on'):
            print(d.payer_raw,d.amount_minor,d.left_minor,d.received_on)
            for s in Suggestion.objects.filter(deposit=d).order_by('rank'): print('    ',s.grade,s.score,[r.get('code') for r in s.reasons], s.allocations)
        from tokui.core.invariants import find_offences
        print(find_offences())
