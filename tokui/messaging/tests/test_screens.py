"""The outbox: what became of every mail, and a look at it that can do no harm."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tokui.access.models import User
from tokui.access.tests.world import make_member
from tokui.core.files import store
from tokui.core.ids import uuid7
from tokui.core.tenancy import require_organization
from tokui.messaging.actions import queue_mail
from tokui.messaging.models import MailAttachment, OutgoingMail


@pytest.fixture
def page(client, owner):
    client.force_login(User.objects.get(pk=owner.id))
    return client


def mail(owner, to: str = "ohta@example.jp", **values) -> OutgoingMail:
    return queue_mail(to, subject="11月分のご請求", text="お世話になっております。\n<b>太田</b>様", by=owner, **values)


def fail(row: OutgoingMail) -> None:
    OutgoingMail.objects.filter(pk=row.pk).update(state="failed", attempts=8, trouble="550 no such user")


def queries(page, url: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert page.get(url).status_code == 200
    return len(found)


def test_the_outbox_shows_each_mail_with_its_state_and_reason(page, owner):
    mail(owner)
    fail(mail(owner, "mori@example.jp"))
    text = page.get("/outbox").content.decode()
    for shown in ("ohta@example.jp", "mori@example.jp", "送信待ち", "550 no such user"):
        assert shown in text, shown
    failed = page.get("/outbox?state=failed").content.decode()
    assert "mori@example.jp" in failed
    assert "ohta@example.jp" not in failed


def test_the_outbox_is_searched_by_address(page, owner):
    mail(owner)
    mail(owner, "mori@example.jp")
    text = page.get("/outbox?q=mori").content.decode()
    assert "mori@example.jp" in text
    assert "ohta@example.jp" not in text


@pytest.mark.parametrize("query", ["state=lost", "after=xyz"])
def test_a_condition_that_cannot_be_read_is_refused(page, query):
    assert page.get(f"/outbox?{query}").status_code == 422


def test_the_text_of_a_mail_is_escaped(page, owner):
    text = page.get(f"/outbox/{mail(owner).public_id}").content.decode()
    assert "&lt;b&gt;太田&lt;/b&gt;様" in text
    assert "<b>太田" not in text


def test_the_html_part_is_shut_in(page, owner):
    row = mail(owner, html="<p>請求</p><script>alert(1)</script>")
    shown = page.get(f"/outbox/{row.public_id}").content.decode()
    assert re.search(r"<iframe sandbox src=", shown)
    assert "<script>alert(1)" not in shown
    answer = page.get(f"/outbox/{row.public_id}/html")
    policy = answer["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "allow-scripts" not in policy
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


def test_a_mail_without_html_has_no_such_part(page, owner):
    assert page.get(f"/outbox/{mail(owner).public_id}/html").status_code == 404


def test_attachments_are_downloaded_never_shown(page, owner):
    row = mail(owner, attachments=[("請求書.html", store(b"<script>", name="x.html", content_type="text/html"))])
    found = MailAttachment.objects.get()
    answer = page.get(f"/outbox/{row.public_id}/attachments/{found.pk}")
    assert answer["Content-Disposition"].startswith("attachment")
    assert page.get(f"/outbox/{row.public_id}/attachments/{uuid7()}").status_code == 404


def test_a_failed_mail_is_sent_again_once(page, owner):
    row = mail(owner)
    assert page.post(f"/outbox/{row.public_id}/resending").status_code == 409
    fail(row)
    assert "/resending" in page.get(f"/outbox/{row.public_id}").content.decode()
    assert page.post(f"/outbox/{row.public_id}/resending").status_code == 302
    row.refresh_from_db()
    assert (row.state, row.attempts, row.trouble) == ("queued", 0, "")


def test_failed_mails_wait_on_the_start_page_and_only_then(page, owner):
    row = mail(owner, "mori@example.jp")
    assert "mori@example.jp" not in page.get("/").content.decode()
    fail(row)
    assert "mori@example.jp" in page.get("/").content.decode()


def test_the_outbox_costs_the_same_queries_however_many_mails(page, owner):
    mail(owner)
    few = queries(page, "/outbox")
    for number in range(20):
        mail(owner, f"a{number}@example.jp")
    assert queries(page, "/outbox") == few
    assert few <= 22


def test_the_outbox_goes_on_by_cursor(page, owner):
    for number in range(55):
        mail(owner, f"a{number}@example.jp")
    text = page.get("/outbox").content.decode()
    url = re.search(r"hx-get=\"(\?[^\"]*after=[^\"]+)\"", text)[1].replace("&amp;", "&")
    rest = page.get("/outbox" + url).content.decode()
    keys = [key for one in (text, rest) for key in re.findall(r"/outbox/(mail_\w+)\"", one)]
    assert len(keys) == len(set(keys)) == 55


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("marketer", 403), ("sales", 200), ("accountant", 200)])
def test_only_those_who_send_see_the_outbox(client, owner, role, status):
    row = mail(owner, html="<p>x</p>")
    client.force_login(make_member(role).user)
    for url in ("/outbox", f"/outbox/{row.public_id}", f"/outbox/{row.public_id}/html"):
        assert client.get(url).status_code == status
    assert client.post(f"/outbox/{row.public_id}/resending").status_code == (403 if status == 403 else 409)


def test_a_mail_of_nobody_is_not_found(page):
    assert require_organization()
    assert page.get("/outbox/mail_nonsense").status_code == 404
