"""The world that the browser sees: made once, by the real verbs, and committed."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

ROLES = ("owner", "accountant", "viewer")
#: Whose deposits a test may use up: one set for each kind of screen and each language.
SETS = ("desk-ja", "desk-en", "phone-ja", "phone-en")
NAMES = {
    "desk-ja": ("青木 悟", "アオキ サトル", "日の出商店", "ヒノデシヨウテン", "中村", "ナカムラ オサム", "ナゾ イチ"),
    "desk-en": ("伊東 薫", "イトウ カオル", "桜井商店", "サクライシヨウテン", "西村", "ニシムラ カズオ", "ナゾ ニ"),
    "phone-ja": ("上田 誠", "ウエダ マコト", "竹内商店", "タケウチシヨウテン", "野口", "ノグチ ケイ", "ナゾ サン"),
    "phone-en": ("遠藤 舞", "エンドウ マイ", "堀江商店", "ホリエシヨウテン", "平野", "ヒラノ ジユン", "ナゾ ヨン"),
}


def build() -> None:
    from tokui.access.actions import change_profile, found_organization
    from tokui.access.tests.world import make_member
    from tokui.core.tenancy import organization_scope

    organization = found_organization("株式会社あおば", slug="aoba")
    with organization_scope(organization.pk):
        for role in ROLES:
            for language in ("ja", "en"):
                member = make_member(role, email=f"{role}-{language}@example.jp")
                change_profile(member.user, name=member.user.name, language=language, single_keys=True)
        build_money()


def build_money() -> None:
    """A bank account; for each set a deposit that fits, one short by a fee, one of nobody, one of two same names."""
    from tokui.banking.tests.world import make_account
    from tokui.core import clock
    from tokui.core.actors import SYSTEM
    from tokui.payments.actions import match_all
    from tokui.payments.policy import change_policy
    from tokui.payments.tests.world import make_customer, make_deposit, make_invoice

    make_account()
    change_policy({"posts_certain": False}, by=SYSTEM)
    day = clock.today()
    for n, key in enumerate(SETS):
        name, kana, shop, shop_kana, surname, same_kana, nobody = NAMES[key]
        on = day - timedelta(n)
        make_invoice(make_customer(name, kana), 24200 + n, issued_on=on, due_on=day + timedelta(7))
        buyer = make_customer(shop, shop_kana)
        for total, late in ((44000 + n, 20), (22000, 5), (71500, -10)):
            make_invoice(buyer, total, issued_on=day - timedelta(40), due_on=day - timedelta(late))
        for given in ("修", "治"):
            make_invoice(make_customer(f"{surname} {given}", same_kana), 26400 + n, issued_on=on)
        make_deposit(7777 + n, nobody, on=on)
        make_deposit(26400 + n, same_kana, on=on)
        make_deposit(65340 + n, shop_kana, on=on)
        make_deposit(24200 + n, kana, on=on)
    match_all()


@cache
def cookie_of(role: str, language: str) -> str:
    """A session of a member, as sign-in would make it; one user per role and language."""
    from tokui.access.models import User

    user = User.objects.get(email=f"{role}-{language}@example.jp")
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)
