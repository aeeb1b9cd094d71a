"""M3: money is whole minor units. Where it is reckoned, there is no float, no Decimal and no division with a fraction."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent / "tokui"
#: Rooms in which amounts are reckoned.
ROOMS = ("invoices", "ledger", "payments", "banking", "catalog")
#: How sure a match or a file's format is, how long a bar is drawn, how fine a picture: no money.
NO_MONEY = {
    "catalog/exporting.py",  # how a spreadsheet shows a price: decimal, exact
    "payments/api_reports.py",
    "payments/views/scoring.py",
    "payments/bench.py",
    "payments/scorecard.py",
    "payments/matching/scorecard.py",
    "payments/words.py",
    "payments/templatetags/payments.py",
    "payments/views/standing.py",
    "banking/statements.py",
    "invoices/documents/render.py",
}
MODULES = sorted(
    path
    for room in ROOMS
    for path in (ROOT / room).rglob("*.py")
    if not {"tests", "migrations"} & set(path.parts) and str(path.relative_to(ROOT)) not in NO_MONEY
)


def fractions(source: str) -> list[int]:
    """The lines on which a fraction could arise. `path / "name"` joins paths and is none."""
    found = []
    for node in ast.walk(ast.parse(source)):
        is_division = isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)
        joins_paths = isinstance(node, ast.BinOp) and isinstance(node.right, ast.Constant | ast.JoinedStr)
        joins_paths = joins_paths and not isinstance(getattr(node.right, "value", ""), int | float)
        if is_division and not joins_paths:
            found.append(node.lineno)
        if isinstance(node, ast.Name) and node.id in ("float", "Decimal"):
            found.append(node.lineno)
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            found.append(node.lineno)
    return sorted(found)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_fraction_arises_where_money_is_reckoned(path):
    assert fractions(path.read_text()) == []


def test_a_fraction_would_be_seen():
    assert fractions("a = b / 2\nc = float(d)\ne = 1.5\nf = Decimal(g)\nh = folder / 'name'\ni /= j") == [1, 2, 3, 4, 6]
