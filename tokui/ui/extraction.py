"""Finding the sentences of a room: gettext calls, template tags, and the docstrings of refusals.

Templates go through Django's own `templatize`, which turns them into something that reads like Python; what it
leaves is read with the tokenizer, because it is no valid syntax tree.
"""

from __future__ import annotations

import ast
import inspect
import io
import re
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from django.utils.translation.template import templatize

from tokui.ui.po import Message

#: Function name -> positions of (context, msgid, plural).
_CALLS: dict[str, tuple[int | None, int, int | None]] = {
    **dict.fromkeys(("gettext", "gettext_lazy", "gettext_noop", "_"), (None, 0, None)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (None, 0, 1)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), (0, 1, None)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), (0, 1, 2)),
}


def messages_of(room: Path, refusals: frozenset[str] = frozenset({"Refusal"})) -> list[Message]:
    """Every sentence of a room, once, with the files that say it. `refusals` are the classes worded by docstring."""
    found: dict[tuple[str, str], Message] = {}
    for path in _sources(room):
        place = path.relative_to(room.parent.parent).as_posix()
        for message in _of_file(path, refusals):
            known = found.get(message.key)
            places = tuple(sorted({*(known.places if known else ()), place}))
            plural = message.plural or (known.plural if known else "")
            found[message.key] = Message(message.msgid, ("",), plural, message.context, places=places)
    return sorted(found.values(), key=lambda message: message.key)


def refusals_in(root: Path) -> frozenset[str]:
    """Names of all classes under a folder that descend from Refusal, by the names of their bases."""
    bases: dict[str, set[str]] = {}
    for path in root.rglob("*.py"):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                bases.setdefault(node.name, set()).update(_name(base) for base in node.bases)
    known = {"Refusal"}
    while more := {name for name, above in bases.items() if above & known} - known:
        known |= more
    return frozenset(known)


def _sources(room: Path) -> Iterator[Path]:
    for path in sorted(room.rglob("*")):
        inside = path.relative_to(room).parts
        if path.suffix in (".py", ".html", ".txt", ".mjml") and not {"tests", "migrations"} & set(inside[:-1]):
            yield path


def _of_file(path: Path, refusals: frozenset[str]) -> Iterable[Message]:
    text = path.read_text()
    if path.suffix == ".py":
        return [*_calls(ast.parse(text)), *_docstrings(ast.parse(text), refusals)]
    return list(_template_calls(templatize(text, origin=str(path))))


def _calls(tree: ast.AST) -> Iterator[Message]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in _CALLS:
            texts = [each.value if isinstance(each, ast.Constant) else None for each in node.args]
            message = _message(_name(node.func), texts)
            if message:
                yield message


def _docstrings(tree: ast.AST, refusals: frozenset[str]) -> Iterator[Message]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name in refusals and ast.get_docstring(node, clean=False):
            paragraph = inspect.cleandoc(ast.get_docstring(node, clean=False) or "").split("\n\n")[0]
            sentence = " ".join(paragraph.split())
            if re.sub(r"\{\w*\}", "", sentence).strip():
                yield Message(sentence)


def _template_calls(source: str) -> Iterator[Message]:
    """Calls in templatized text: a name, a bracket, then string literals until the bracket closes."""
    name, depth = "", 0
    texts: list[object] = []
    for token in _tokens(source):
        if depth == 0:
            if token.string == "(" and name in _CALLS:
                depth, texts = 1, []
            name = token.string if token.type == tokenize.NAME else name if token.string == "(" else ""
            continue
        depth += {"(": 1, ")": -1}.get(token.string, 0)
        if token.type == tokenize.STRING:
            texts.append(ast.literal_eval(token.string))
        if depth == 0 and (message := _message(name, texts)):
            yield message
            name = ""


def _tokens(source: str) -> Iterator[tokenize.TokenInfo]:
    """Tokens of every line that holds a call; the rest of templatized text is noise."""
    for call in re.finditer(r"(?<![\w.])(n?p?gettext|_)\s*\(", source):
        reader = io.StringIO(source[call.start() :]).readline
        depth = 0
        try:
            for token in tokenize.generate_tokens(reader):
                yield token
                depth += {"(": 1, ")": -1}.get(token.string, 0)
                if token.string == ")" and depth == 0:
                    break
        except (tokenize.TokenError, IndentationError):
            continue


def _message(name: str, texts: Sequence[object]) -> Message | None:
    context_at, msgid_at, plural_at = _CALLS[name]
    picked = [texts[at] if at is not None and at < len(texts) else "" for at in (context_at, msgid_at, plural_at)]
    if not all(isinstance(each, str) for each in picked) or not picked[1]:
        return None
    context, msgid, plural = (str(each) for each in picked)
    return Message(msgid, ("",), plural, context)


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Subscript):
        return _name(node.value)
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
