"""A browserless visitor to the pages of banking."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tokui.access.tests.world import make_member
from tokui.core.actors import SYSTEM
from tokui.customers.actions import create_customer
from tokui.customers.drafts import CustomerDraft
from tokui.customers.models import Customer

CSV = "受付日,入金した額,支払った額,のこり,なまえ\n2026/11/18,1000,,11000,ヤマダ タロウ\n2026/11/19,,300,10700,テスウリョウ\n"


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(make_member(role, email=f"{role}-screens@example.jp").user)
    return client


def upload(client: Client, *contents: bytes, name: str = "nyukin.txt", **fields: str):
    each = [SimpleUploadedFile(name if len(contents) == 1 else f"{at}-{name}", one) for at, one in enumerate(contents)]
    return client.post("/statements", {"file": each, "format": "auto", **fields})


def make_customer(name: str, kana: str = "") -> Customer:
    return create_customer(CustomerDraft(code="C-00001", name=name, kana=kana), by=SYSTEM)


def text_of(response) -> str:
    return response.content.decode()
