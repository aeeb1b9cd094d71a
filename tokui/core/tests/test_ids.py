import threading
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokui.core.ids import parse_public_id, public_id, uuid7, uuid7_many
from tokui.core.refused import Code, ValueRefused

fewer = settings(max_examples=150, deadline=None)
FAR = 1 << 46  # later than any wall clock in a test


def test_a_key_is_a_version_7_uuid_of_its_millisecond() -> None:
    key = uuid7(FAR)
    assert key.version == 7
    assert key.variant == RFC_4122
    assert key.int >> 80 == FAR


def test_keys_ascend_even_when_time_stands_still_or_runs_backwards() -> None:
    keys = [uuid7(FAR + 1), *uuid7_many(1000, FAR + 1), uuid7(5), uuid7(), *uuid7_many(3, FAR + 2), uuid7()]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)
    assert all(key.version == 7 and key.variant == RFC_4122 for key in keys)


def test_threads_never_share_a_key_and_each_sees_its_own_ascend() -> None:
    made: list[list[UUID]] = []

    def make() -> None:
        mine = [key for _ in range(200) for key in uuid7_many(3)]
        made.append(mine)

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(mine == sorted(mine) for mine in made)
    together = [key for mine in made for key in mine]
    assert len(set(together)) == len(together) == 4800


def test_no_keys_are_made_when_none_are_asked_for() -> None:
    assert uuid7_many(0) == []
    with pytest.raises(ValueError, match="48 bits"):
        uuid7(1 << 48)


@fewer
@given(st.uuids(), st.sampled_from(["cus", "inv", "dep", "sub2"]))
def test_a_public_id_reads_back_in_any_case(key: UUID, prefix: str) -> None:
    shown = public_id(prefix, key)
    assert len(shown) == len(prefix) + 27
    assert parse_public_id(shown, prefix) == parse_public_id(f" {shown.upper()} ", prefix) == key


@fewer
@given(st.uuids(), st.uuids())
def test_public_ids_sort_as_their_keys(one: UUID, other: UUID) -> None:
    assert (public_id("cus", one) < public_id("cus", other)) == (one < other)


def test_letters_that_look_alike_are_read_alike() -> None:
    shown = public_id("cus", UUID(int=1))
    assert parse_public_id(shown.replace("0", "O").replace("1", "l"), "cus") == UUID(int=1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "cus_",
        "inv_00000000000000000000000001",
        "cus_0000000000000000000000001",
        "cus_z0000000000000000000000001",
        "cus_0000000000000000000000000u",
        "00000000000000000000000001",
        "cus_0000000000000000000000000１",
    ],
)
def test_an_id_of_another_kind_or_shape_is_refused(text: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        parse_public_id(text, "cus")
    assert refused.value.code is Code.NOT_A_PUBLIC_ID


@pytest.mark.parametrize("prefix", ["", "Cus", "c", "cus_", "1cu"])
def test_a_prefix_that_could_not_be_read_back_is_refused(prefix: str) -> None:
    with pytest.raises(ValueError, match="prefix"):
        public_id(prefix, UUID(int=1))
