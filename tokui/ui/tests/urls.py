from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path
from django.utils import translation

from tokui.ui.doors import Page, toast_next
from tokui.ui.tests.world import CustomerForm, visitor


def page(request: HttpRequest, name: str = "gallery") -> HttpResponse:
    """Any template of the room, in the language of ?lang=, for a visitor who may do everything that is asked for."""
    if "stranger" not in request.GET:
        request.visit = visitor("money.view")
    form = CustomerForm({"number": "T12345", "kana": "オオタ ユキ"} if "bound" in request.GET else None)
    with translation.override(request.GET.get("lang", "ja")):
        context = {"form": form, "reference": "7F3A-21C", "day": date(2026, 11, 27), "more": Page([], "token")}
        if "told" in request.GET:
            toast_next(request, "3 件を消し込みました", undo="/undo")
        return render(request, f"{name}.html", context)


urlpatterns = [
    path("", page, name="home"),
    path("customers", page, name="customers"),
    path("matching", page, name="matching"),
    path("invoices", page, name="invoices"),
    path("settings", page, name="settings"),
    path("sign-out", page, name="sign_out"),
    path("page/<path:name>", page),
    path("ui/", include("tokui.ui.urls")),
]
