"""Keys: UUIDv7 (RFC 9562), and the readable ids that we show outside (`cus_…`), in the style of Stripe.

The time inside a key only keeps neighbours together in an index. It is the wall clock's even while the test clock says
otherwise, and no business rule may read it.
"""

from __future__ import annotations

import re
import threading
import time
from os import urandom
from uuid import UUID

from tokui.core.refused import Code, ValueRefused

# Crockford's base 32: no I, L, O, U, and case does not matter, so an id survives a telephone call and a spreadsheet.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)} | {"o": 0, "i": 1, "l": 1}
_LENGTH = 26  # 128 bits by 5
_PREFIX = re.compile("[a-z][a-z0-9]{1,9}")
#: As we write ids; read in any case.
PUBLIC_ID = re.compile("[a-z][a-z0-9]{1,9}_[0-9a-hjkmnp-tv-z]{26}")
_COUNTER_BITS = 74  # everything but the time, version and variant
_COUNTER_END = 1 << _COUNTER_BITS
_VERSION_AND_VARIANT = (0x7 << 76) | (0b10 << 62)


class _Sequence:
    """The last key given out: milliseconds and a counter that starts at a random place in each millisecond."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.millisecond = -1
        self.counter = 0

    def take(self, count: int, millisecond: int) -> tuple[int, int]:
        """Reserve `count` numbers. Time that stands still or runs backwards goes on from the last key."""
        with self.lock:
            if millisecond > self.millisecond:
                self.millisecond, self.counter = millisecond, _random_start()
            if self.counter + count > _COUNTER_END:
                self.millisecond, self.counter = self.millisecond + 1, _random_start()
            first = self.counter
            # A random step, so that a key does not tell its successor.
            self.counter += count + int.from_bytes(urandom(4), "big")
            return self.millisecond, first


_sequence = _Sequence()


def uuid7(millisecond: int | None = None) -> UUID:
    """A new key, later than every earlier one of this process. See `uuid7_many`."""
    return uuid7_many(1, millisecond)[0]


def uuid7_many(count: int, millisecond: int | None = None) -> list[UUID]:
    """`count` new keys in ascending order, each later than every earlier key of this process (threads included).

    `millisecond` since 1970 is the wall clock's unless given; a given one may run ahead, never behind, of keys made
    before: those continue from the last key.
    """
    if count < 1:
        return []
    if millisecond is None:
        millisecond = time.time_ns() // 1_000_000
    if not 0 <= millisecond < 1 << 48:
        raise ValueError("a UUIDv7 holds 48 bits of milliseconds")
    at, first = _sequence.take(count, millisecond)
    head = (at << 80) | _VERSION_AND_VARIANT
    return [UUID(int=head | ((n >> 62) << 64) | (n & 0x3FFFFFFFFFFFFFFF)) for n in range(first, first + count)]


def public_id(prefix: str, key: UUID) -> str:
    """`cus_` and 26 letters and digits: fixed length, in the order of the keys, safe in any case."""
    if not _PREFIX.fullmatch(prefix):
        raise ValueError(f"a prefix is 2 to 10 lower-case letters or digits, not {prefix!r}")
    number = key.int
    return f"{prefix}_" + "".join(_ALPHABET[(number >> shift) & 31] for shift in range(5 * (_LENGTH - 1), -1, -5))


def parse_public_id(text: str, prefix: str) -> UUID:
    """The key of a public id of this kind, in any case, with O read as 0 and I and L as 1.

    Raises ValueRefused(NOT_A_PUBLIC_ID), also for an id of another kind.
    """
    head, _, body = text.strip().lower().rpartition("_")
    if head == prefix and len(body) == _LENGTH and all(letter in _VALUES for letter in body):
        number = 0
        for letter in body:
            number = number << 5 | _VALUES[letter]
        if number < 1 << 128:
            return UUID(int=number)
    raise ValueRefused(Code.NOT_A_PUBLIC_ID, text, f"{prefix}_…")


def _random_start() -> int:
    # The highest bit stays clear, so that a millisecond has room for more keys than any machine makes.
    return int.from_bytes(urandom(10), "big") >> (80 - _COUNTER_BITS + 1)
