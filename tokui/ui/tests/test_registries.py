from __future__ import annotations

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils.safestring import mark_safe

from tokui.ui import navigation, palette, panels, today
from tokui.ui.navigation import Count, Entry
from tokui.ui.palette import Command, Hit
from tokui.ui.tests.world import visitor

pytestmark = [pytest.mark.urls("tokui.ui.tests.urls"), pytest.mark.usefixtures("registries")]


def visiting(path: str = "/", *permissions: str) -> HttpRequest:
    request = RequestFactory().get(path)
    request.visit = visitor(*permissions)
    return request


def labels(request: HttpRequest) -> list[str]:
    return [str(line.entry.label) for section in navigation.menu(request) for line in section.lines]


def test_the_menu_holds_what_is_registered_in_the_order_of_its_sections() -> None:
    navigation.register(Entry("workings", "Settings", "settings", "gear"))
    navigation.register(Entry("customers", "Later", "invoices", "doc", order=20))
    navigation.register(Entry("customers", "Customers", "customers", "users", order=10))
    assert labels(visiting()) == ["Customers", "Later", "Settings"]
    assert [section.key for section in navigation.menu(visiting())] == ["customers", "workings"]


def test_an_entry_behind_a_permission_is_seen_only_by_its_holders() -> None:
    navigation.register(Entry("money", "Matching", "matching", "match", permission="money.view"))
    assert labels(visiting("/", "money.view")) == ["Matching"]
    assert labels(visiting("/")) == []
    assert labels(RequestFactory().get("/")) == []


def test_an_entry_without_a_page_is_not_shown_and_stops_the_start() -> None:
    navigation.register(Entry("money", "Nowhere", "nowhere", "doc"))
    assert labels(visiting()) == []
    assert [error.id for error in navigation.check_entries()] == ["tokui.ui.E001"]


def test_the_longest_matching_entry_is_current() -> None:
    navigation.register(Entry("", "Today", "home", "home"))
    navigation.register(Entry("customers", "Customers", "customers", "users"))

    def current(path: str) -> list[str]:
        menu = navigation.menu(visiting(path))
        return [str(line.entry.label) for section in menu for line in section.lines if line.current]

    assert current("/") == ["Today"]
    assert current("/customers") == ["Customers"]
    assert current("/customers/cus_1") == ["Customers"]
    assert current("/customersandmore") == []


def test_a_count_of_zero_is_silent() -> None:
    navigation.register(Entry("money", "Zero", "matching", "match", count=lambda _request: Count(0, hot=True)))
    navigation.register(Entry("money", "Many", "invoices", "doc", count=lambda _request: Count(1000, capped=True)))
    counts = {str(line.entry.label): line.count for section in navigation.menu(visiting()) for line in section.lines}
    assert counts["Zero"] is None and str(counts["Many"]) == "1,000+"


def test_two_entries_cannot_share_a_key_and_a_section_must_exist() -> None:
    navigation.register(Entry("", "Today", "home", "home", go="h"))
    navigation.register(Entry("", "Today", "home", "home", go="h"))
    with pytest.raises(ValueError, match="already goes to home"):
        navigation.register(Entry("", "Other", "customers", "users", go="h"))
    with pytest.raises(ValueError, match="no section"):
        navigation.register(Entry("cellar", "Wine", "customers", "users"))


def test_panels_come_in_order_and_plain_text_is_escaped() -> None:
    @panels.panel("customer", order=20)
    def second(_request: HttpRequest | None, customer: str) -> str:
        return f"<{customer}>"

    @panels.panel("customer", order=10)
    def first(_request: HttpRequest | None, _customer: str) -> str:
        return mark_safe("<b>1</b>")

    @panels.panel("customer", order=15)
    def silent(_request: HttpRequest | None, _customer: str) -> None:
        return None

    @panels.panel("customer", permission="money.view")
    def guarded(_request: HttpRequest | None, _customer: str) -> str:
        return "secret"

    assert panels.render_panels(visiting(), "customer", "x") == "<b>1</b>&lt;x&gt;"
    assert "secret" in panels.render_panels(visiting("/", "money.view"), "customer", "x")
    assert panels.render_panels(None, "elsewhere", "x") == ""


def test_the_palette_finds_rows_commands_and_places() -> None:
    navigation.register(Entry("customers", "顧客", "customers", "users", go="c"))
    navigation.register(Entry("account", "サインアウト", "sign_out", "exit", post=True))
    palette.command(Command("顧客を追加", "customers", words="add customer"))
    palette.provider("顧客")(lambda _request, typed: [Hit(f"{typed}{n}", "/") for n in range(20)])
    groups = palette.find(visiting(), " ADD ")
    assert [[str(hit.title) for hit in group.hits][:2] for group in groups] == [["ADD0", "ADD1"], ["顧客を追加"]]
    assert len(groups[0].hits) == palette.HITS_PER_GROUP
    assert [str(hit.title) for group in palette.find(visiting(), "") for hit in group.hits] == ["顧客を追加", "顧客"]


def test_the_palette_hides_what_is_not_allowed() -> None:
    palette.command(Command("払い戻す", "invoices", permission="money.view"))
    palette.provider("入金", permission="money.view")(lambda _request, typed: [Hit(typed, "/")])
    assert palette.find(visiting(), "払") == []
    assert len(palette.find(visiting("/", "money.view"), "払")) == 2


def test_today_shows_only_cards_with_something_waiting() -> None:
    today.card(order=20)(lambda _request: today.Card("照合待ち", "/matching", "match", count=7))
    today.card(order=10, permission="money.view")(lambda _request: today.Card("締め", "/invoices", "doc"))

    @today.card(order=5)
    def nothing(_request: HttpRequest) -> None:
        return None

    assert [card.title for card in today.cards(visiting("/", "money.view"))] == ["締め", "照合待ち"]
    assert [card.title for card in today.cards(visiting())] == ["照合待ち"]
