from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.template import Context, Engine, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from tokui.core import clock
from tokui.ui import amounts, days
from tokui.ui.templatetags import tokui as tags
from tokui.ui.tests.world import CustomerForm

ENGINE = Engine(builtins=["tokui.ui.templatetags.tokui"])


def rendered(source: str, **context: object) -> str:
    return ENGINE.from_string(source).render(Context(context))


def test_an_amount_carries_its_number_and_leaves_the_sign_to_style() -> None:
    assert rendered("{% money 24200 %}") == '<data class="money" value="24200">24,200</data>'
    assert rendered("{% money -1320 %}") == '<data class="money minus" value="-1320">1,320</data>'
    assert rendered("{% money 0 %}") == '<data class="money zero" value="0">0</data>'


def test_an_amount_has_the_decimals_of_its_currency() -> None:
    assert rendered('{% money 24505 "USD" %}') == '<data class="money" data-c="USD" value="245.05">245.05</data>'
    assert (
        rendered('{% money -12345 "KWD" %}') == '<data class="money minus" data-c="KWD" value="-12.345">12.345</data>'
    )
    assert (
        rendered('{% money 100000 "XOF" %}') == '<data class="money" data-c="other" value="100000">XOF 100,000</data>'
    )


def test_a_money_value_brings_its_own_currency_and_nothing_is_nothing() -> None:
    amount = SimpleNamespace(minor=990, currency="USD")
    assert 'data-c="USD" value="9.90"' in rendered("{% money amount %}", amount=amount)
    assert rendered("{% money amount %}", amount=None) == ""


@given(st.integers(-(10**15), 10**15), st.sampled_from(["JPY", "USD", "KWD", "CLF"]))
@settings(max_examples=100)
def test_the_written_number_is_the_amount(minor: int, currency: str) -> None:
    digits = amounts.plain(minor, currency).replace(".", "")
    assert int(digits) == minor
    assert amounts.grouped(minor, currency).replace(",", "") == amounts.plain(abs(minor), currency)


def test_a_state_is_shape_and_word_and_an_unknown_one_is_refused() -> None:
    assert rendered('{% status "partial" share=0.55 %}') == (
        '<span class="status" data-s="partial" style="--p:0.55"><i></i>一部入金</span>'
    )
    assert '<span class="sr">入金済</span>' in rendered('{% status "paid" quiet=True %}')
    with pytest.raises(TemplateSyntaxError):
        rendered('{% status "happy" %}')


def test_words_from_outside_are_escaped_in_every_component() -> None:
    evil = "<script>"
    for source in ("{% tag evil %}", '{% status "paid" evil %}', "{% avatar evil %}", "{% stamp evil evil evil %}"):
        assert "<script>" not in rendered(source, evil=evil)


def test_an_avatar_shows_the_name_behind_the_legal_form_and_keeps_its_hue() -> None:
    assert ">北</span>" in rendered('{% avatar "株式会社 北斗企画" "org" %}')
    assert rendered('{% avatar "太田" %}') == rendered('{% avatar "太田" %}')
    assert ">?</span>" in rendered('{% avatar "" %}')


def test_days_are_written_as_bookkeepers_write_them() -> None:
    on = date(2026, 11, 27)
    assert days.written(on, "long", "ja") == "11月27日(金)"
    assert days.written(on, "full", "ja") == "2026年11月27日(金)"
    assert days.written(date(2026, 1, 5), "short", "ja") == "1/05"
    assert days.written(on, "long", "en") == "27 Nov 2026"
    with pytest.raises(ValueError):
        days.written(on, "tiny", "ja")


def test_an_instant_late_in_the_evening_in_utc_is_the_next_day_in_japan() -> None:
    assert "2026-11-28" in rendered("{% day at %}", at=datetime(2026, 11, 27, 16, 0, tzinfo=UTC))


def test_ago_counts_from_the_products_clock_and_names_the_day_after_a_week() -> None:
    now = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
    with clock.at(now):
        assert "たった今" in rendered("{% ago at %}", at=now + timedelta(seconds=5))
        assert "59分前" in rendered("{% ago at %}", at=now - timedelta(minutes=59, seconds=59))
        assert "6日前" in rendered("{% ago at %}", at=now - timedelta(days=6, hours=23))
        assert ">11/13<" in rendered("{% ago at %}", at=now - timedelta(days=7))


def test_english_has_plurals() -> None:
    now = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
    with clock.at(now), translation.override("en"):
        assert "1 hour ago" in rendered("{% ago at %}", at=now - timedelta(hours=1))
        assert "2 hours ago" in rendered("{% ago at %}", at=now - timedelta(hours=2))


def test_a_sorting_link_keeps_the_filters_and_starts_paging_again() -> None:
    request = RequestFactory().get("/customers", {"state": "overdue", "tag": ["a", "b"], "after": "token"})
    assert (
        rendered('{% query sort="-balance" %}', request=request)
        == "?state=overdue&amp;tag=a&amp;tag=b&amp;sort=-balance"
    )
    assert rendered('{% query state="" %}', request=request) == "?tag=a&amp;tag=b"


def test_only_known_choices_reach_the_html_element() -> None:
    request = RequestFactory().get("/")
    request.COOKIES = {"tokui_theme": "dark", "tokui_density": '"><script>', "tokui_keys": "off"}
    assert rendered("{% page_attributes %}", request=request) == 'lang="ja" data-theme="dark" data-keys="off"'


def test_a_wrong_field_names_its_error_to_screen_readers() -> None:
    form = CustomerForm({"number": "T12345"})
    html = rendered("{% field bound %}", bound=form["number"])
    assert 'aria-invalid="true"' in html and 'aria-describedby="id_number_error"' in html
    assert 'id="id_number_error"' in html and "13 桁" in html


def test_a_right_field_has_a_label_a_hint_and_no_error() -> None:
    html = rendered("{% field bound %}", bound=CustomerForm()["name"])
    assert '<label for="id_name">' in html and 'id="id_name_helptext"' in html and "error" not in html


@pytest.mark.parametrize(
    ("name", "sign"), [("way", 'type="radio"'), ("agreed", "check"), ("book", "tokui-drop"), ("note", "<textarea")]
)
def test_every_kind_of_widget_is_drawn(name: str, sign: str) -> None:
    assert sign in rendered("{% field bound %}", bound=CustomerForm()[name])


def test_an_undo_address_is_only_ever_one_of_ours() -> None:
    assert tags.undo_url("undo:/allocations/1/release success") == "/allocations/1/release"
    assert tags.undo_url("undo:https://example.com/") == ""
    assert tags.undo_url(None) == ""


def test_every_icon_is_drawn_with_strokes_inside_its_box() -> None:
    for name in tags.PATHS:
        assert 'viewBox="0 0 16 16"' in tags.icon(name)
    assert 'role="img" aria-label="印刷"' in tags.icon("print", "印刷")
