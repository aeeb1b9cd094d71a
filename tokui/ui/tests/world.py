"""A visitor and a menu for the tests and the gallery of this room."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse


def visitor(*permissions: str) -> SimpleNamespace:
    actor = SimpleNamespace(name="佐藤 真理", can=lambda permission: permission in permissions)
    return SimpleNamespace(actor=actor, organization=SimpleNamespace(name="株式会社あおば"))


def visitor_middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A visitor who may see the money; none with ?stranger."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "stranger" not in request.GET:
            request.visit = visitor("money.view")
        return get_response(request)

    return middleware


def visit(request: HttpRequest) -> dict[str, Any]:
    return {"visit": getattr(request, "visit", None)}


class CustomerForm(forms.Form):
    name = forms.CharField(label="お名前", help_text="登記や名簿のとおりに入力してください。")
    kana = forms.CharField(label="カナ", required=False)
    number = forms.RegexField(r"^T\d{13}$", label="登録番号", error_messages={"invalid": "T と 13 桁の数字です。"})
    rule = forms.ChoiceField(label="締め・支払", choices=[("31", "月末締め翌月末払い"), ("20", "20日締め翌月10日")])
    way = forms.ChoiceField(
        label="お届け方法",
        widget=forms.RadioSelect,
        choices=[("mail", "メール"), ("paper", "郵送"), ("none", "送らない")],
    )
    note = forms.CharField(label="メモ", widget=forms.Textarea, required=False)
    agreed = forms.BooleanField(label="請求書をまとめる", required=False)
    book = forms.FileField(label="名簿のファイル", required=False, help_text="Excel、CSV、TSV。")
    secret = forms.CharField(widget=forms.HiddenInput, initial="x")
