"""What the registries of this room have in common: naming a registered function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def name_of(function: Callable[..., Any]) -> str:
    """Where a function is written. Registering it again replaces it; two lambdas of one module stay two."""
    code = getattr(function, "__code__", None)
    line = code.co_firstlineno if code else 0
    return f"{function.__module__}.{getattr(function, '__qualname__', type(function).__name__)}:{line}"
