"""Reading a bank file through the connectors that the installation names; banking itself knows no format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from importlib import import_module
from typing import Any, Protocol, cast

from django.conf import settings

from tokui.banking.statements import ColumnMapping, ReadOptions, StatementFile, prove


class FormatShelf(Protocol):
    """The module behind settings.TOKUI_STATEMENT_FORMATS: its formats, and reading by one of them."""

    def read(self, content: bytes, format: str, *, today: date, name: str, options: ReadOptions) -> StatementFile: ...

    def format_named(self, code: str) -> Any: ...


def shelf() -> FormatShelf:
    module, _, _name = settings.TOKUI_STATEMENT_FORMATS.rpartition(".")
    return cast(FormatShelf, import_module(module))


def format_codes() -> list[str]:
    """The codes of all formats, for choices; `auto` recognises."""
    module, _, name = settings.TOKUI_STATEMENT_FORMATS.rpartition(".")
    return list(getattr(import_module(module), name))


def format_name(code: str) -> str:
    return str(shelf().format_named(code).name) if code in format_codes() else code


def read_file(
    content: bytes, format: str, *, name: str, today: date, mapping: Mapping[str, Any] | None
) -> StatementFile:
    """Understand and prove a whole file. Raises only `FileRefused`.

    A mapping counts only where no bank's own format is asked for: it stands above recognition.
    """
    wanted = column_mapping(mapping) if mapping and format in ("auto", "csv") else None
    file = shelf().read(content, format, today=today, name=name, options=ReadOptions(mapping=wanted))
    prove(file)
    return file


def column_mapping(stored: Mapping[str, Any]) -> ColumnMapping:
    """The stored JSON as a mapping; lists become tuples, names that are no longer known are left out."""
    known = {field.name for field in fields(ColumnMapping)}
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in stored.items() if key in known
    }
    return ColumnMapping(**values)
