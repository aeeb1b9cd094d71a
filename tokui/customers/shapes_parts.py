"""The shapes in REST of what hangs on customers: contacts, payers' names, notes, files; and of what lists share."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from ninja import Field, Schema

from tokui.customers.shapes import Number
from tokui.ui.rest import Given, Id, Paging

Word = Annotated[str, Field(max_length=40)]


class ContactPointIn(Given):
    model_config = {"extra": "forbid"}

    kind: Literal["mail", "phone", "postal", "social"]
    value: str = Field(max_length=254, description="The address, number or handle")
    label: str = Field("", max_length=40)
    postal_code: str = Field("", max_length=10)


class ContactPointOut(Schema):
    id: str
    kind: str
    value: str
    label: str
    postal_code: str
    created_at: datetime


class ContactPersonIn(Given):
    model_config = {"extra": "forbid"}

    name: str = Field(max_length=80)
    kana: str = Field("", max_length=80)
    department: str = Field("", max_length=80)
    title: str = Field("", max_length=80)
    email: str = Field("", max_length=254)
    phone: str = Field("", max_length=40)


class ContactPersonOut(Schema):
    id: str
    name: str
    kana: str
    department: str
    title: str
    email: str
    phone: str
    created_at: datetime


class PayerNameIn(Given):
    model_config = {"extra": "forbid"}

    name: str = Field(max_length=120, description="As transfers carry it", examples=["アオバシヨウジ(カ"])
    account: Id | None = Field(None, description="acc_… on which it is known; null for all of our accounts")


class PayerNameOut(Schema):
    id: str
    name: str
    account: str | None
    confirmed_by: str
    confirmed_at: datetime
    revoked_by: str
    revoked_at: datetime | None


class PayerNames(Paging):
    revoked: bool = Field(default=False, description="Also names that are no longer remembered")


class NoteIn(Given):
    model_config = {"extra": "forbid"}

    text: str = Field(max_length=10_000)


class NoteOut(Schema):
    id: str
    text: str
    written_by: str
    created_at: datetime


class FileOut(Schema):
    id: str
    name: str
    size_bytes: int
    attached_by: str
    created_at: datetime


class TagsIn(Given):
    model_config = {"extra": "forbid"}

    tags: list[Word] = Field(min_length=1, max_length=50)


class TagOut(Schema):
    id: str
    name: str


class BranchOut(Schema):
    id: str
    name: str
    depth: int = Field(description="0 is the top of the group")


class HierarchyOut(Schema):
    """The group of companies that a customer belongs to; empty lists when it stands alone."""

    parents: list[str]
    children: list[str]
    group: list[BranchOut]


class FieldIn(Given):
    model_config = {"extra": "forbid"}

    key: str = Field(max_length=40, description="For files and programs: small letters, digits and _", examples=["fee"])
    label: str = Field(max_length=80)
    kind: Literal["text", "number", "money", "date", "choice", "boolean"]
    choices: list[Annotated[str, Field(max_length=80)]] = Field([], max_length=200)
    in_list: bool = False


class FieldChangeIn(Given):
    """What is left out stays as it is. The kind never changes, and choices are added, not taken away."""

    model_config = {"extra": "forbid"}

    label: str = Field("", max_length=80)
    choices: list[Annotated[str, Field(max_length=80)]] = Field([], max_length=200)
    in_list: bool = False
    is_active: bool = True
    position: int = Field(0, ge=0, le=30_000)


class FieldOut(Schema):
    id: str
    key: str
    label: str
    kind: str
    choices: list[str]
    in_list: bool
    is_active: bool
    position: int


class ViewIn(Given):
    model_config = {"extra": "forbid"}

    name: str = Field(max_length=60)
    query: str = Field(max_length=1000, description="The list's conditions, order and columns, as in its address")
    shared: bool = Field(default=True, description="For everybody; a program has no views of its own")


class ViewOut(Schema):
    id: str
    name: str
    query: str
    shared: bool


class ManyIn(Given):
    """Customers by id or by the list's query, and what all of them get."""

    model_config = {"extra": "forbid"}

    customers: list[Id] = Field([], max_length=10_000)
    query: str | None = Field(
        None, max_length=1000, description="As in the list's address; empty means all that are active"
    )
    add_tags: list[Word] = Field([], max_length=50)
    remove_tags: list[Word] = Field([], max_length=50)
    owner: Id | None = Field(None, description="usr_…; null takes the person in charge away. Left out, it stays")
    custom: dict[str, bool | int | Number | str | None] = Field({}, description="Own fields by key")


class ManyOut(Schema):
    customers: int


class PlaceOut(Schema):
    prefecture: str
    city: str
    town: str
    office: str = Field(description="A large receiver that has the code for itself")


class PostalCodeOut(Schema):
    postal_code: str
    address: str = Field(description="As much as the code tells without doubt")
    places: list[PlaceOut]
