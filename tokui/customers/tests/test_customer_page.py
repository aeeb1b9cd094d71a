"""What can be seen and done on a customer's own page and form."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.rest import Program
from tokui.access.models import Role, User
from tokui.access.permissions import MATRIX
from tokui.access.tests.world import make_member
from tokui.banking.tests.world import make_account
from tokui.core.actors import Actor
from tokui.core.errors import Invalid, NotPermitted
from tokui.core.ids import public_id
from tokui.core.models import Event, StoredFile
from tokui.customers.actions import (
    add_note,
    attach_file,
    change_customer,
    create_customer,
    detach_file,
    learn_payer_name,
    remove_note,
)
from tokui.customers.drafts import CustomerDraft
from tokui.customers.models import Attachment, ContactPoint, Customer, Note, PayerName, Relationship

FORM = {"name": "㈱青葉", "honorific": "usual", "document_language": "ja", "kind": "company", "due_months": "1", "due_day": "31", "due_shift": "after", "delivery": "mail",
        "tax_display": "excluded", "tax_rounding": "down", "is_active": "on"}  # fmt: skip


@pytest.fixture
def page(client, owner):
    """A browser of the owner who also acts in the tests."""
    client.force_login(User.objects.get(pk=owner.id))
    return client


@pytest.fixture
def aoba(owner):
    return create_customer(CustomerDraft("青葉商事", kana="アオバショウジ", code="AOBA", closing_day=20), by=owner)


def test_money_is_never_due_before_it_is_closed(organization, owner, aoba):
    with pytest.raises(Invalid) as refused:
        create_customer(CustomerDraft("甲", closing_day=25, due_months=0, due_day=10), by=owner)
    assert refused.value.field == "due_day"
    assert "25日" in refused.value.message
    assert "10日" in refused.value.message
    with pytest.raises(Invalid):
        change_customer(aoba, due_months=0, due_day=10, by=owner)
    change_customer(aoba, due_months=0, due_day=25, by=owner)
    with pytest.raises(Invalid):
        change_customer(aoba, closing_day=28, by=owner)
    change_customer(aoba, closing_day=28, due_day=31, by=owner)
    create_customer(CustomerDraft("乙", closing_day=25, due_months=0, due_day=25), by=owner)


def test_the_form_says_at_the_due_day_what_is_wrong_with_it(page):
    sent = FORM | {"closing_day": "25", "due_months": "0", "due_day": "10"}
    answer = page.post("/customers/new", sent)
    assert answer.status_code == 422
    assert "due_day" in answer.context["form"].errors


def test_the_page_shows_every_billing_setting(page, aoba):
    text = page.get(f"/customers/{aoba.public_id}").content.decode()
    billing = text[text.index("<h3>請求</h3>") :]
    for shown in ("20日締め翌月末払い", "本人が支払う", "翌営業日", "メール", "税抜", "切り捨て"):
        assert shown in billing, shown


def test_terms_kept_from_before_the_rule_are_shown_as_what_they_are(page, aoba):
    Customer.objects.filter(pk=aoba.pk).update(due_months=0, due_day=10)
    assert "締めより前" in page.get(f"/customers/{aoba.public_id}").content.decode()


def test_a_known_payer_name_is_typed_in_for_one_account_or_all(page, aoba):
    account = make_account()
    url = f"/customers/{aoba.public_id}/payer-names"
    assert page.post(url, {"raw": "アオバ ハジメ", "account": account.public_id}).status_code == 302
    assert page.post(url, {"raw": "アオバ ツギオ", "account": ""}).status_code == 302
    assert dict(PayerName.objects.values_list("raw", "bank_account_id")) == {
        "アオバ ハジメ": account.pk,
        "アオバ ツギオ": None,
    }
    text = page.get(f"/customers/{aoba.public_id}").content.decode()
    assert f"{account.name}・" in text
    assert page.post(url, {"raw": "ア"}).status_code == 422
    assert page.post(url, {"raw": "アオバ サンタ", "account": "acc_x"}).status_code == 404
    name = PayerName.objects.get(bank_account_id=None)
    answer = page.post(f"{url}/{name.public_id}/revocation", follow=True)
    assert "振込名義の登録を解除しました" in answer.content.decode()


def test_who_may_not_match_payments_adds_no_payer_name(client, organization, owner, aoba):
    client.force_login(make_member("sales").user)
    assert "payer-names" not in client.get(f"/customers/{aoba.public_id}").content.decode()
    assert client.post(f"/customers/{aoba.public_id}/payer-names", {"raw": "アオバ ハジメ"}).status_code == 403


def test_a_note_is_taken_off_and_the_history_says_so(page, owner, aoba):
    note = add_note(aoba, "内緒の話", by=owner)
    url = f"/customers/{aoba.public_id}"
    assert f"{url}/notes/{note.public_id}/removal" in page.get(url).content.decode()
    assert page.post(f"{url}/notes/{note.public_id}/removal").status_code == 302
    assert not Note.objects.exists()
    text = page.get(url).content.decode()
    assert "内緒の話" not in text
    assert "メモを削除" in text
    assert Event.objects.filter(type="customers.NoteRemoved", customer_id=aoba.pk).count() == 1
    assert page.post(f"{url}/notes/{note.public_id}/removal").status_code == 404


def test_a_file_is_taken_off_but_its_bytes_stay_for_whoever_else_has_it(page, owner, aoba):
    other = create_customer(CustomerDraft("甲"), by=owner)
    mine, theirs = (
        attach_file(one, b"%PDF", name="契約書.pdf", content_type="application/pdf", by=owner) for one in (aoba, other)
    )
    url = f"/customers/{aoba.public_id}/files/{mine.public_id}"
    assert page.post(f"{url}/removal").status_code == 302
    assert list(Attachment.objects.all()) == [theirs]
    assert StoredFile.objects.filter(pk=theirs.file_id).exists()
    assert page.get(url).status_code == 404
    assert b"".join(page.get(f"/customers/{other.public_id}/files/{theirs.public_id}").streaming_content) == b"%PDF"
    assert "ファイルを外し" in page.get(f"/customers/{aoba.public_id}").content.decode()


def test_who_may_only_look_removes_nothing(organization, owner, aoba):
    actor = Actor(kind="user", id=owner.id, name="見るだけ", role="viewer", permissions=MATRIX[Role.VIEWER])
    note = add_note(aoba, "x", by=owner)
    file = attach_file(aoba, b"x", name="x.txt", content_type="text/plain", by=owner)
    with pytest.raises(NotPermitted):
        remove_note(note, by=actor)
    with pytest.raises(NotPermitted):
        detach_file(file, by=actor)


def test_another_customer_s_note_is_not_taken_off_here(page, owner, aoba):
    note = add_note(create_customer(CustomerDraft("甲"), by=owner), "x", by=owner)
    assert page.post(f"/customers/{aoba.public_id}/notes/{note.public_id}/removal").status_code == 404


def test_the_other_customer_is_searched_and_chosen(page, owner, aoba):
    parent = create_customer(CustomerDraft("青葉ホールディングス", kana="アオバホールディングス", code="HD"), by=owner)
    found = page.get("/customers/choices", {"name": "other", "other.q": "あおば"}).content.decode()
    assert 'name="other" value="HD"' in found
    assert 'value="AOBA"' in found
    kept = page.get("/customers/choices", {"name": "bill_to", "bill_to": "HD", "bill_to.q": "無い"}).content.decode()
    assert 'value="HD" checked' in kept
    sent = {"other": "HD", "bond": "parent_company.to", "note": "2026年に統合"}
    assert page.post(f"/customers/{aoba.public_id}/relationships", sent).status_code == 302
    row = Relationship.objects.get()
    assert (row.from_customer, row.to_customer, row.note) == (parent, aoba, "2026年に統合")
    text = page.get(f"/customers/{aoba.public_id}").content.decode()
    assert "2026年に統合" in text
    assert "青葉商事から見て、相手は親会社" in text
    assert page.post(f"/customers/{aoba.public_id}/relationships", {"bond": "partner.to"}).status_code == 422
    assert page.get("/customers/choices", {"name": "salary"}).status_code == 422


def test_who_pays_is_chosen_on_the_form(page, owner, aoba):
    payer = create_customer(CustomerDraft("本部", code="HQ"), by=owner)
    url = f"/customers/{aoba.public_id}/edit"
    form = FORM | {"code": "AOBA", "name": "青葉商事", "version": "1", "closing_day": "20"}
    assert page.post(url, form | {"bill_to": "HQ"}).status_code == 302
    assert Customer.objects.get(pk=aoba.pk).bill_to == payer
    assert 'name="bill_to" value="HQ" checked' in page.get(url).content.decode()
    assert page.post(url, form | {"bill_to.q": "HQ", "version": "2"}).status_code == 302  # without scripts
    assert page.post(url, form | {"bill_to": "", "version": "2"}).status_code == 302
    assert Customer.objects.get(pk=aoba.pk).bill_to is None


def test_the_postal_code_fills_the_address_and_never_overwrites_one(page):
    def filled(**given: str) -> str:
        return page.get("/postal-codes", given).content.decode()

    assert 'value="東京都千代田区千代田"' in filled(postal_code="100-0001", address="")
    assert 'value="東京都千代田区千代田"' in filled(postal_code="1000001", address="東京都")
    assert 'value="大手町1-1"' in filled(postal_code="1000001", address="大手町1-1")
    assert 'name="value"' in filled(postal_code="1000001", into="value")
    odd = page.get("/postal-codes", {"postal_code": "1000001", "address": "大阪府大阪市"})
    assert "東京都" in odd["HX-Trigger"].encode().decode("unicode-escape")
    assert "HX-Trigger" in page.get("/postal-codes", {"postal_code": "0000000"})
    assert page.get("/postal-codes", {"postal_code": "1000001", "into": "name"}).status_code == 422


def test_a_postal_address_is_added_as_a_contact(page, aoba):
    sent = {"kind": "postal", "value": "東京都千代田区千代田1-1", "postal_code": "100-0001", "label": "倉庫"}
    assert page.post(f"/customers/{aoba.public_id}/contacts", sent).status_code == 302
    assert ContactPoint.objects.get().postal_code == "1000001"


def test_programs_ask_where_a_postal_code_lies(owner):
    program = Program(owner)
    found = program.get("/postal-codes/100-0001").json()
    assert (found["postal_code"], found["address"]) == ("1000001", "東京都千代田区千代田")
    assert found["places"][0]["city"] == "千代田区"
    assert program.get("/postal-codes/0000000").status_code == 404
    assert program.get("/postal-codes/tokyo").status_code == 422


def test_a_circle_of_companies_is_refused_in_plain_words(page, owner, aoba):
    other = create_customer(CustomerDraft("甲", code="KO"), by=owner)
    url = f"/customers/{aoba.public_id}/relationships"
    assert page.post(url, {"other": "KO", "bond": "parent_company.to"}).status_code == 302
    answer = page.post(url, {"other": "KO", "bond": "parent_company.from"})
    assert answer.status_code == 409
    assert "親会社の関係が循環します" in answer.content.decode()
    assert other.relationships_from.count() == 1


def test_a_file_and_a_note_come_together(page, aoba):
    upload = SimpleUploadedFile("契約.txt", b"x")
    assert page.post(f"/customers/{aoba.public_id}/notes", {"text": "契約した", "file": upload}).status_code == 302
    assert (Note.objects.count(), Attachment.objects.count()) == (1, 1)


def test_ids_of_another_kind_are_not_found(page, owner, aoba):
    learn_payer_name(aoba, "アオバ ハジメ", by=owner)
    url = f"/customers/{aoba.public_id}/payer-names/{public_id('cus', aoba.pk)}/revocation"
    assert page.post(url).status_code == 404
