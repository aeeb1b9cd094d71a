from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from tokui.ui import paging
from tokui.ui.paging import InvalidCursor, decode_cursor, encode_cursor

ORDER = ("-due_on", "-id")
values = st.lists(
    st.one_of(st.integers(), st.text(), st.dates(), st.datetimes(timezones=st.just(UTC)), st.uuids()), max_size=4
)


@given(values)
@settings(max_examples=100)
def test_a_cursor_gives_back_what_was_put_in(put: list[object]) -> None:
    assert decode_cursor(encode_cursor(put, ORDER), ORDER) == tuple(put)


def test_an_instant_is_not_taken_for_a_day() -> None:
    put = (date(2026, 11, 27), datetime(2026, 11, 27, 9, tzinfo=UTC), UUID(int=7))
    assert [type(each) for each in decode_cursor(encode_cursor(put, ORDER), ORDER)] == [date, datetime, UUID]


@pytest.mark.parametrize("token", ["", "x", "a:b", "é", "\0"])
def test_a_cursor_that_is_not_ours_is_refused(token: str) -> None:
    with pytest.raises(InvalidCursor):
        decode_cursor(token, ORDER)


def test_a_changed_cursor_is_refused() -> None:
    token = encode_cursor([1, 2], ORDER)
    with pytest.raises(InvalidCursor):
        decode_cursor("A" + token[1:], ORDER)


def test_a_cursor_of_another_order_is_refused() -> None:
    with pytest.raises(InvalidCursor):
        decode_cursor(encode_cursor([1, 2], ORDER), ("name", "id"))


@pytest.mark.parametrize("value", [None, 1.5, True])
def test_a_cursor_holds_no_null_no_float_and_no_flag(value: object) -> None:
    with pytest.raises(TypeError):
        encode_cursor([value], ORDER)


def test_an_order_of_two_directions_is_refused() -> None:
    with pytest.raises(ValueError, match="one direction"):
        paging.page_of(ContentType.objects.all(), order=("-model", "id"))


def test_a_page_ends_with_a_cursor_only_when_the_list_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [ContentType(pk=n, app_label="a", model=f"m{n}") for n in range(5)]
    queryset = ContentType.objects.none()
    asked: list[slice] = []

    class Ordered(list):  # type: ignore[type-arg]
        def __getitem__(self, part: slice) -> list[ContentType]:  # type: ignore[override]
            asked.append(part)
            return list.__getitem__(self, part)

    monkeypatch.setattr(type(queryset), "order_by", lambda _self, *_order: Ordered(rows))
    page = paging.page_of(queryset, order=("model", "id"), size=3)
    assert [row.pk for row in page.rows] == [0, 1, 2] and asked == [slice(None, 4)]
    assert decode_cursor(page.next_cursor, ("model", "id")) == ("m2", 2)
    assert paging.page_of(queryset, order=("model", "id"), size=5).next_cursor == ""


def test_the_next_page_is_one_row_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection.features, "supports_tuple_lookups", True, raising=False)  # as PostgreSQL does
    token = encode_cursor(["m2", 2], ("model", "id"))
    chosen = paging._after(ContentType.objects.all(), ("model", "id"), token)
    where = str(chosen.query).replace('"', "")
    assert "(django_content_type.model, django_content_type.id) > (m2, 2)" in where


def test_a_capped_count_says_that_it_stopped() -> None:
    assert str(paging.CappedCount(1000, capped=True)) == "1,000+"
    assert str(paging.CappedCount(61, capped=False)) == "61"
