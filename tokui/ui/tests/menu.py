"""The menu of the gallery."""

from __future__ import annotations

from django.http import HttpRequest

from tokui.ui.navigation import Count, Entry, register
from tokui.ui.palette import Command, Hit, command, provider

ENTRIES = [
    Entry("", "今日", "home", "home", order=10, go="h", phone="今日"),
    Entry("customers", "顧客", "customers", "users", order=10, go="c", phone="顧客"),
    Entry(
        "money",
        "入金消込",
        "matching",
        "match",
        order=10,
        permission="money.view",
        go="m",
        phone="消込",
        count=lambda _request: Count(7, hot=True),
    ),
    Entry("money", "請求書", "invoices", "doc", order=20, phone="請求書"),
    Entry("workings", "設定", "settings", "gear"),
    Entry("account", "サインアウト", "sign_out", "exit", post=True),
]


def people(_request: HttpRequest, typed: str) -> list[Hit]:
    found = Hit("太田 由紀", "/customers", "user", "オオタ ユキ・学習塾", state="partial", share=0.55)
    return [found] if typed in "太田 由紀 おおた" else []


def register_all() -> None:
    provider("顧客", order=10)(people)
    command(Command("顧客を追加", "customers", "plus", words="add customer", keys=("C",)))
    for entry in ENTRIES:
        register(entry)
