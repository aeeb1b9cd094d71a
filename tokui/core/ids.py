"""Keys: UUIDv7 made in Python, shown outside as readable prefixed ids."""

from __future__ import annotations

import os
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last = 0
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u


def uuid7() -> UUID:
    """A new time-ordered key. From the wall: a key is not business time."""
    return uuid7_many(1)[0]


def uuid7_many(count: int) -> list[UUID]:
    """Keys that sort in the order of the list and after every earlier one of this process."""
    global _last
    with _lock:
        first = max(_last + 1, (time.time_ns() // 1_000_000) << 12)
        _last = first + count - 1
    noise = os.urandom(8 * count)
    return [_pack(first + n, int.from_bytes(noise[8 * n : 8 * n + 8])) for n in range(count)]


def _pack(stamp: int, noise: int) -> UUID:
    return UUID(int=(stamp >> 12) << 80 | 0x7 << 76 | (stamp & 0xFFF) << 64 | 0b10 << 62 | noise & (1 << 62) - 1)


def public_id(prefix: str, key: UUID) -> str:
    number, digits = key.int, []
    for _ in range(26):
        number, digit = divmod(number, 32)
        digits.append(ALPHABET[digit])
    return f"{prefix}_{''.join(reversed(digits))}"


def parse_public_id(text: str, prefix: str) -> UUID:
    """The key behind a public id; ValueError for anything else."""
    head, _, tail = text.strip().lower().partition("_")
    if head != prefix or len(tail) != 26 or any(digit not in ALPHABET for digit in tail):
        raise ValueError(f"not a {prefix}_ id: {text!r}")
    number = 0
    for digit in tail:
        number = number * 32 + ALPHABET.index(digit)
    return UUID(int=number)
