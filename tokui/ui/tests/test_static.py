from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOM = Path(__file__).parent.parent
SHEETS = sorted((ROOM / "static/ui/css").glob("*.css"))
MODULES = sorted((ROOM / "static/ui/js").glob("*.js"))
HEAD = (ROOM / "templates/ui/_head.html").read_text()


@pytest.mark.parametrize("path", [*SHEETS, *MODULES], ids=lambda path: path.name)
def test_every_sheet_and_module_is_linked_on_every_page(path: Path) -> None:
    assert f"{{% static '{path.relative_to(ROOM / 'static').as_posix()}' %}}" in HEAD


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_rules_stand_in_layers_and_braces_close(path: Path) -> None:
    rules = re.sub(r"/\*.*?\*/|url\(.*?\)|\"[^\"]*\"", "", path.read_text(), flags=re.S)
    depth = 0
    for brace in re.findall(r"[{}]", rules):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    assert depth == 0
    outside = re.findall(r"^[^\s}@/][^{;]*\{", rules, flags=re.M)
    assert outside == []


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_only_tokens_and_paper_know_a_theme(path: Path) -> None:
    if path.name != "tokens.css":
        assert "data-theme" not in path.read_text() and "prefers-color-scheme" not in path.read_text()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_a_module_is_small_stands_alone_and_never_evaluates_text(path: Path) -> None:
    source = path.read_text()
    assert len(source.splitlines()) <= 60
    assert not re.search(r"^import |\.innerHTML|\beval\(|new Function|document\.write", source, flags=re.M)


def test_a_used_property_is_a_token_or_set_by_somebody() -> None:
    text = "\n".join(path.read_text() for path in [*SHEETS])
    markup = "\n".join(path.read_text() for path in ROOM.rglob("*.html")) + (ROOM / "templatetags/tokui.py").read_text()
    defined = set(re.findall(r"(--[\w-]+)\s*:", text)) | set(re.findall(r"(--[\w-]+):", markup))
    without_fallback = set(re.findall(r"var\((--[\w-]+)\)", text))
    assert without_fallback - defined - {"--v"} == set()
