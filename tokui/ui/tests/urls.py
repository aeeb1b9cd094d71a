from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path
from django.utils import translation

from tokui.ui.doors import Page, refusal_response, toast_next
from tokui.ui.tests.world import CustomerForm
from tokui.ui.today import Card


def page(request: HttpRequest, name: str = "gallery") -> HttpResponse:
    """Any template of the room, in the language of ?lang=."""
    form = CustomerForm({"number": "T12345", "kana": "オオタ ユキ"} if "bound" in request.GET else None)
    with translation.override(request.GET.get("lang", "ja")):
        context = {"form": form, "reference": "7F3A-21C", "day": date(2026, 11, 27), "more": Page([], "token")}
        context["cards"] = [
            Card("照合を待つ入金", "/matching", "match", "候補はそろっています。", count=7, tone="shu"),
            Card("期日を過ぎた請求", "/invoices", "doc", minor=382360, rows=[("はなまる園芸店", "68日", "/customers")]),
        ]
        if "told" in request.GET:
            toast_next(request, "3 件を消し込みました", undo="/undo")
        return render(request, f"{name}.html", context)


def refuse(request: HttpRequest) -> HttpResponse:
    return refusal_response(request, "請求書は入金済みです")


def undo(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=204)


urlpatterns = [
    path("refuse", refuse),
    path("undo", undo),
    path("", page, name="home"),
    path("customers", page, name="customers"),
    path("matching", page, name="matching"),
    path("invoices", page, name="invoices"),
    path("settings", page, name="settings"),
    path("sign-out", page, name="sign_out"),
    path("page/<path:name>", page),
    path("ui/", include("tokui.ui.urls")),
]
