"""Customers over REST."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tokui.access.actions import create_api_key
from tokui.access.permissions import CUSTOMERS_EDIT, CUSTOMERS_IMPORT, CUSTOMERS_VIEW
from tokui.core import jobs
from tokui.core.ids import public_id, uuid7
from tokui.customers.actions import create_customers, define_field
from tokui.customers.drafts import CustomerDraft
from tokui.customers.models import Customer


class Caller:
    """A program with an API key."""

    def __init__(self, client, secret: str) -> None:
        self.client, self.header = client, {"authorization": f"Bearer {secret}"}

    def __call__(self, method: str, path: str, body: object = None, **options):
        if body is not None:
            options |= {"data": json.dumps(body), "content_type": "application/json"}
        return getattr(self.client, method)(f"/api/v1{path}", headers=self.header, **options)


@pytest.fixture
def call(client, owner):
    key = create_api_key("test", scopes=[CUSTOMERS_VIEW, CUSTOMERS_EDIT, CUSTOMERS_IMPORT], by=owner)
    return Caller(client, key.secret)


def test_a_customer_is_entered_read_and_changed(call, owner):
    define_field("fee", label="会費", kind="money", by=owner)
    answer = call(
        "post", "/customers", {"name": "㈱青葉", "phone": "03-1234-5678", "tags": ["卸"], "custom": {"fee": 1100}}
    )
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["code"], made["kind"], made["phone"], made["tags"], made["custom"]) == (
        "C-00001",
        "company",
        "+81312345678",
        ["卸"],
        {"fee": 1100},
    )
    path = f"/customers/{made['id']}"
    changed = call("patch", path, {"closing_day": 20, "version": made["version"]})
    assert (changed.status_code, changed.json()["closing_day"], changed.json()["name"]) == (200, 20, "㈱青葉")
    assert call("get", path).json() == changed.json()
    assert call("patch", path, {"closing_day": None, "phone": None}).json()["phone"] == ""


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 422, "name"),
        ({"name": ""}, 422, "name"),
        ({"name": "x", "email": "bad@"}, 422, "email"),
        ({"name": "x", "bill_to": "cus_nonsense"}, 422, "bill_to"),
        ({"name": "x", "custom": {"none": "1"}}, 422, "custom.none"),
        ({"name": "x", "corporate_number": "4011001098994"}, 422, "corporate_number"),
    ],
)
def test_bad_input_is_a_problem_that_names_its_field(call, body, status, field):
    answer = call("post", "/customers", body)
    assert answer.status_code == status
    assert answer["Content-Type"].startswith("application/problem+json")
    assert field in answer.content.decode()


@pytest.mark.parametrize(
    "body", [{"name": "x", "organization_id": "1"}, {"name": "x", "closing_day": 40}, {"name": 5}, [1]]
)
def test_fields_that_do_not_exist_and_wrong_types_are_refused(call, body):
    assert call("post", "/customers", body).status_code == 422


def test_an_old_version_and_a_taken_code_are_refused(call):
    made = call("post", "/customers", {"name": "甲", "code": "A"}).json()
    assert call("patch", f"/customers/{made['id']}", {"name": "乙", "version": 9}).json()["code"] == "state_changed"
    assert call("post", "/customers", {"name": "乙", "code": "A"}).json()["code"] == "code_taken"


def test_the_list_pages_by_cursor_and_filters(call, owner):
    create_customers([CustomerDraft(f"会員{n:02d}", tags=("奇",) if n % 2 else ()) for n in range(30)], by=owner)
    seen, cursor = [], ""
    while True:
        found = call("get", f"/customers?limit=7&cursor={cursor}").json()
        seen += [row["id"] for row in found["data"]]
        cursor = found["next_cursor"]
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 30
    assert len(call("get", "/customers?tag=奇").json()["data"]) == 15
    assert len(call("get", "/customers?q=会員07").json()["data"]) == 1
    for bad in ("limit=0", "limit=1000", "cursor=x", "nonsense=1", "kind=robot", "closing_day=x", "sort=salary"):
        assert call("get", f"/customers?{bad}").status_code == 422, bad


def test_relationships_are_recorded_listed_and_ended(call, owner):
    ids = [public_id("cus", one) for one in create_customers([CustomerDraft("親"), CustomerDraft("子")], by=owner)]
    body = {"from_customer": ids[0], "to_customer": ids[1], "kind": "pays_for"}
    made = call("post", "/relationships", body)
    assert made.status_code == 201
    assert call("post", "/relationships", body).status_code == 409
    back = {"from_customer": ids[1], "to_customer": ids[0], "kind": "pays_for"}
    assert call("post", "/relationships", back).status_code == 409
    assert call("get", f"/customers/{ids[1]}").json()["bill_to"] == ids[0]
    assert len(call("get", f"/relationships?customer={ids[1]}").json()["data"]) == 1
    assert call("delete", f"/relationships/{made.json()['id']}").status_code == 204
    assert call("get", f"/customers/{ids[1]}").json()["bill_to"] is None


def test_a_file_goes_through(call):
    upload = SimpleUploadedFile("x.csv", "氏名,電話\n太田,090-1234-5678\n森,1\n".encode())
    made = call("post", "/imports", data={"file": upload}).json()
    path = f"/imports/{made['id']}"
    assert call("post", f"{path}/application").status_code == 409
    assert call("put", f"{path}/columns", {"columns": {"name": "氏名", "phone": "電話"}}).json()["state"] == "checking"
    jobs.run_pending()
    assert (call("get", path).json()["new"], call("get", path).json()["refused"]) == (1, 1)
    assert call("get", f"{path}/rows").json()["data"][0]["code"] == "not_a_phone"
    assert call("post", f"{path}/application").status_code == 202
    jobs.run_pending()
    assert Customer.objects.get().name == "太田"
    assert call("post", f"{path}/undo").status_code == 202
    jobs.run_pending()
    assert call("get", path).json()["state"] == "undone"


def test_unknown_ids_are_not_found_and_a_key_does_only_what_it_may(call, client, owner):
    for path in (f"/customers/{public_id('cus', uuid7())}", "/customers/nonsense", "/imports/imp_x"):
        assert call("get", path).status_code == 404
    weak = Caller(client, create_api_key("weak", scopes=[CUSTOMERS_VIEW], by=owner).secret)
    assert weak("post", "/customers", {"name": "x"}).status_code == 403
    assert weak("get", "/customers").status_code == 200
    assert client.get("/api/v1/customers").status_code == 401
