"""Places behind postal codes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tokui.core.postal_codes import PREFECTURES, address_of, contradicted, places_of, prefecture_in


@pytest.mark.parametrize(
    ("code", "address"),
    [
        ("1000001", "東京都千代田区千代田"),
        ("0600042", "北海道札幌市中央区大通西"),
        ("1000000", "東京都千代田区"),
        ("9071801", "沖縄県八重山郡与那国町与那国"),
    ],
)
def test_a_code_leads_to_its_place(code, address):
    assert places_of(code)[0].address == address
    assert places_of(code)[0].prefecture in PREFECTURES


def test_a_code_can_lie_in_two_prefectures():
    assert {place.prefecture for place in places_of("4980000")} == {"愛知県", "三重県"}
    assert contradicted("4980000", "三重県桑名郡木曽岬町") == ""
    assert address_of("4980000") == ""
    assert address_of("1000001") == "東京都千代田区千代田"
    assert address_of("0000000") == ""


def test_a_large_receiver_has_a_code_of_its_own():
    place = places_of("1008111")[0]
    assert (place.prefecture, place.office) == ("東京都", "宮内庁")


@pytest.mark.parametrize("code", ["", "0000000", "123", "東京"])
def test_a_code_that_nobody_has_leads_nowhere(code):
    assert places_of(code) == ()
    assert contradicted(code, "東京都港区") == ""


def test_an_address_in_another_prefecture_is_noticed():
    assert contradicted("1000001", "大阪府大阪市北区") == "東京都"
    assert contradicted("1000001", "東京都千代田区千代田1-1") == ""
    assert contradicted("1000001", "千代田区千代田1-1") == ""
    assert prefecture_in("京都府京都市") == "京都府"


def test_every_thread_may_ask():
    places_of.cache_clear()
    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(places_of, ["1000001", "6008216", "0600042", "9071801"]))
