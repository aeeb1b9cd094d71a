from datetime import timedelta
import pytest
from tests.browser.world import cookie_of

def test_shots(site, open_page, django_db_blocker):
    with django_db_blocker.unblock():
        from tokui.core.models import Organization
        from tokui.core.tenancy import organization_scope
        from tokui.core import clock
        from tokui.core.actors import SYSTEM
        from tokui.payments.tests.world import make_customer, make_deposit, make_invoice
        from tokui.payments.actions import ask_return, keep_as_advance, match_all, release, learn_remitter_code, allocate, Use
        from tokui.payments.models import Allocation, ReturnToDo
        from tokui.payments.policy import change_policy
        from tokui.customers.actions import learn_payer_name, revoke_payer_name
        org = Organization.objects.get(slug="aoba")
        with organization_scope(org.pk):
            day = clock.today()
            change_policy({"posts_certain": True, "fee_bearer": "payer"}, by=SYSTEM)
            c = make_customer("株式会社 白樺設計", "シラカバセッケイ", kind="company")
            inv = make_invoice(c, 24_200, issued_on=day - timedelta(9), due_on=day + timedelta(5))
            d = make_deposit(23_760, "ｶ)ｼﾗｶﾊﾞｾﾂｹｲ", on=day - timedelta(3))
            match_all()
            make_invoice(c, 88_000, issued_on=day - timedelta(1), due_on=day + timedelta(20))
            adv = make_deposit(30_000, "ｶ)ｼﾗｶﾊﾞｾﾂｹｲ", on=day)
            keep_as_advance(adv, c, by=SYSTEM)
            learn_remitter_code(c, "1234567890", by=SYSTEM)
            learn_payer_name(c, raw="ﾔﾏﾉ ﾊﾅｺ", bank_account_id=d.account_id, by=SYSTEM)
            revoke_payer_name(learn_payer_name(c, raw="ﾐｽﾞﾉ ﾀﾛｳ", by=SYSTEM), by=SYSTEM)
            k = make_customer("黒田 実", "クロダ ミノル")
            make_invoice(k, 5_500, issued_on=day); make_deposit(5_500, "ｸﾛﾀﾞ ﾐﾉﾙ", on=day); match_all()
            make_deposit(5_500, "ｸﾛﾀﾞ ﾐﾉﾙ", on=day); match_all()
            ask_return(make_deposit(9_900, "ﾏﾁｶﾞｲ ﾌﾘｺﾐ", on=day), why="mistake", by=SYSTEM)
            l = make_customer("森川 文", "モリカワ フミ")
            make_invoice(l, 7_700, issued_on=day); m = make_deposit(7_700, "ﾓﾘｶﾜ ﾌﾐ", on=day); match_all()
            release(Allocation.objects.get(deposit=m).decision, by=SYSTEM)
            todo = ReturnToDo.objects.filter(why="paid_twice").first()
            a = Allocation.objects.filter(kind="advance").first()
            paths = {
                "writeoff": f"/invoices/{inv.public_id}/write-off", "invoice": f"/invoices/{inv.public_id}",
                "customer": f"/customers/{c.public_id}", "advance": f"/customers/{c.public_id}/advance", "advances": "/advances",
                "refundadv": f"/advances/{a.public_id}/refund", "returns": "/returns", "return": f"/returns/{todo.public_id}",
                "score": "/reconciliation/score", "policy": "/settings/payments", "today": "/", "bench": "/reconciliation",
            }
    import os
    only = os.environ.get("ONLY", "").split(",") if os.environ.get("ONLY") else list(paths)
    for name in only:
        for width in (1440, 390):
            for theme in ("light", "dark"):
                if theme == "dark" and name not in ("score", "customer", "return"): continue
                page = open_page(paths[name], width=width, theme=theme)
                page.wait_for_load_state("networkidle")
                if name == "customer":
                    page.evaluate("document.querySelectorAll('details').forEach(d=>d.open=true)")
                page.screenshot(path=f"/tmp/w7shots/{name}-{width}-{theme}.png", full_page=True)
                assert page.complaints == [], (name, page.complaints)
