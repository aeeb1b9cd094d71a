"""What every story ends with: nothing that must never be false is false."""

from __future__ import annotations

from tokui.core.invariants import INVARIANTS, find_offences


def assert_books_balance() -> None:
    """Run every invariant of every room over what the story made, and fail with the rows that offend.

    Inside an organization's scope it sees that organization. It fails too when no invariant is registered, because a
    check of nothing proves nothing.
    """
    assert INVARIANTS, "no room has declared an invariant"
    found = find_offences()
    assert not found, "\n".join(
        f"{one.invariant.name}: {one.invariant.sentence}\n  {one.columns}\n"
        + "\n".join(f"  {row}" for row in one.rows[:10])
        for one in found
    )
