"""Coming in: sign-in, invitations, passwords, API keys; and who is kept out."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client

from tokui.access import actions
from tokui.access.actions import (
    AlreadyMember,
    InvitationExpired,
    LastOwner,
    create_api_key,
    invite_user,
    revoke_api_key,
)
from tokui.access.models import ApiKey, Membership
from tokui.access.permissions import ALL, MATRIX
from tokui.access.tests.world import PASSWORD, make_member
from tokui.core import jobs
from tokui.core.errors import Invalid, NotPermitted
from tokui.core.models import Event

TOKENS = rb"\b[A-Za-z0-9]{64}\b"  # CSRF tokens differ on every page


def test_a_person_signs_in_and_sees_the_start_page(client, organization):
    make_member("owner")
    answer = client.post("/sign-in", {"email": "OWNER@example.jp", "password": PASSWORD})
    assert answer.headers["Location"] == "/"
    assert client.get("/").status_code == 200
    assert Event.objects.filter(type="access.SignedIn").count() == 1


def test_a_wrong_password_is_refused_without_saying_which_part_was_wrong(client, organization):
    make_member("owner")
    wrong = client.post("/sign-in", {"email": "owner@example.jp", "password": "x"})
    unknown = client.post("/sign-in", {"email": "nobody@example.jp", "password": "x"})
    assert wrong.status_code == unknown.status_code == 422
    assert "メールアドレスかパスワードが違います" in wrong.content.decode()
    assert "メールアドレスかパスワードが違います" in unknown.content.decode()


def test_after_ten_wrong_tries_even_the_right_password_must_wait(client, organization):
    make_member("owner")
    for _ in range(10):
        client.post("/sign-in", {"email": "owner@example.jp", "password": "x"}, headers={"X-Forwarded-For": "1.2.3.4"})
    answer = client.post("/sign-in", {"email": "owner@example.jp", "password": PASSWORD})
    assert answer.status_code == 422
    assert client.get("/").status_code == 302


def test_sign_in_never_leads_to_another_site(client, organization):
    make_member("owner")
    answer = client.post(
        "/sign-in", {"email": "owner@example.jp", "password": PASSWORD, "next": "https://evil.example/"}
    )
    assert answer.headers["Location"] == "/"


def test_strangers_are_led_to_sign_in_and_back(client, organization):
    assert client.get("/settings/members").headers["Location"] == "/sign-in?next=/settings/members"


def test_an_invitation_lets_one_person_in_once(client, owner):
    secret = invite_user("new@example.jp", role="sales", by=owner).secret
    form = {"name": "高橋 結衣", "language": "ja", "password": PASSWORD}
    assert client.get(f"/join/{secret}").status_code == 200
    assert client.post(f"/join/{secret}", form).headers["Location"] == "/"
    assert Membership.objects.get(user__email="new@example.jp").role == "sales"
    assert Client().post(f"/join/{secret}", form).status_code == 410


def test_an_invitation_ends_after_seven_days(owner, settings):
    from datetime import timedelta

    from tokui.core import clock

    secret = invite_user("new@example.jp", role="sales", by=owner).secret
    with clock.at(clock.now() + timedelta(days=8)), pytest.raises(InvitationExpired):
        actions.accept_invitation(secret, name="x", password=PASSWORD)


def test_a_member_cannot_be_invited_again(owner):
    with pytest.raises(AlreadyMember):
        invite_user("owner@example.jp", role="sales", by=owner)


def test_a_weak_password_is_refused_by_field(client, owner):
    secret = invite_user("new@example.jp", role="sales", by=owner).secret
    answer = client.post(f"/join/{secret}", {"name": "x", "language": "ja", "password": "password"})
    assert answer.status_code == 422
    assert not Membership.objects.filter(user__email="new@example.jp").exists()


def test_only_owners_invite(accountant):
    with pytest.raises(NotPermitted):
        invite_user("new@example.jp", role="owner", by=accountant)


def test_the_last_owner_stays(owner):
    mine = Membership.objects.get(role="owner")
    for attempt in (
        lambda: actions.change_role(mine, role="viewer", by=owner),
        lambda: actions.remove_user(mine, by=owner),
    ):
        with pytest.raises(LastOwner):
            attempt()


def test_a_removed_user_is_out_with_the_next_request(client, owner):
    member = make_member("sales")
    client.force_login(member.user)
    assert client.get("/").status_code == 200
    actions.remove_user(member.membership, by=owner)
    assert client.get("/").status_code == 302


def test_a_forgotten_password_is_set_anew_by_a_link_that_works_once(client, organization, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    make_member("owner")
    known = client.post("/sign-in/forgotten", {"email": "owner@example.jp"}).content
    unknown = client.post("/sign-in/forgotten", {"email": "nobody@example.jp"}).content
    assert re.sub(TOKENS, b"", known) == re.sub(TOKENS, b"", unknown)
    jobs.run_pending()
    (sent,) = mail.outbox
    path = re.search(r"(/sign-in/new-password/\S+)", sent.body).group(1)
    assert client.post(path, {"password": "another good sentence"}).status_code == 302
    assert client.post(path, {"password": "yet another sentence"}).status_code == 410
    assert (
        client.post("/sign-in", {"email": "owner@example.jp", "password": "another good sentence"}).status_code == 302
    )


def test_no_queue_holds_the_link_of_an_invitation(page):
    from django.db import connection

    answer = page.post("/settings/members", {"email": "new@example.jp", "role": "viewer"})
    secret = re.search(r"/join/(join_[0-9a-f]+)", answer.content.decode()).group(1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE args::text LIKE %s", [f"%{secret[5:]}%"])
        assert cursor.fetchone() == (0,)


def test_an_api_key_may_do_what_its_scopes_say_until_it_is_closed(owner):
    issued = create_api_key("shop", scopes=["customers.view"], by=owner)
    client = Client(headers={"Authorization": f"Bearer {issued.secret}"})
    assert client.get("/api/v1/me").json()["permissions"] == ["customers.view"]
    revoke_api_key(ApiKey.objects.get(), by=owner)
    assert client.get("/api/v1/me").status_code == 401


def test_an_api_key_with_an_unknown_scope_is_refused(owner):
    with pytest.raises(Invalid):
        create_api_key("shop", scopes=["everything"], by=owner)


def test_a_session_may_not_write_through_rest_without_the_csrf_token(organization):
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_member("owner").user)
    assert client.get("/api/v1/me").status_code == 200
    assert client.post("/api/v1/customers", {}, content_type="application/json").status_code in (401, 403)


def test_the_matrix_gives_nobody_but_owners_the_owners_permissions():
    for role, held in MATRIX.items():
        assert held <= ALL
        assert ("users.manage" in held) == (role == "owner")


def test_the_documented_permission_matrix_is_the_one_in_force():
    from pathlib import Path

    from tokui.access.permissions_page import markdown

    documented = (Path(__file__).parents[3] / "docs/permissions.md").read_text()
    assert markdown() in documented, "run: python -m tokui.access.permissions_page"


@pytest.mark.parametrize("path", ["/settings/profile", "/settings/members", "/settings/keys", "/settings/businesses",
                                  "/settings/businesses/new", "/settings/permissions"])  # fmt: skip
def test_settings_pages_answer_owners_and_refuse_viewers(path, page, organization):
    assert page.get(path).status_code == 200
    viewer = Client()
    viewer.force_login(make_member("viewer").user)
    assert viewer.get(path).status_code == (200 if path in ("/settings/profile", "/settings/permissions") else 403)
