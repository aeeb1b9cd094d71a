"""Reasons as they are stored: codes, weights and plain values."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from tokui.payments.matching import Reason


def stored_reasons(reasons: Iterable[Reason]) -> list[dict[str, Any]]:
    return [
        {
            "code": reason.code.value,
            "weight": reason.weight,
            "fields": {name: _plain(value) for name, value in reason.fields},
        }
        for reason in reasons
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str | int | bool) or value is None else str(value)
