"""Catalogues of translations, without GNU gettext: reading and writing .po, writing .mo. Pure: no Django.

The .mo layout is that of the GNU gettext manual, section "The Format of GNU MO Files", as also written by
CPython's Tools/i18n/msgfmt.py.
"""

from __future__ import annotations

import ast
import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field

CONTEXT = "\x04"
PLURAL = "\x00"


class BrokenCatalog(ValueError):
    """A line of a catalogue cannot be read."""


@dataclass(frozen=True)
class Message:
    """One entry. `msgstrs` has one text per plural form; Japanese has one form."""

    msgid: str
    msgstrs: tuple[str, ...] = ("",)
    plural: str = ""
    context: str = ""
    fuzzy: bool = False
    places: tuple[str, ...] = field(default=(), compare=False)

    @property
    def key(self) -> tuple[str, str]:
        return (self.context, self.msgid)


def parse(text: str) -> list[Message]:
    """The entries of a .po file, without its header and its obsolete (#~) entries."""
    messages = [_message(block) for block in re.split(r"\n\s*\n", text) if re.search(r"^msgid ", block, re.M)]
    return [message for message in messages if message.msgid]


def _message(block: str) -> Message:
    parts: dict[str, str] = {}
    current, fuzzy = "", False
    for line in block.split("\n"):
        line = line.strip()
        if not line or line.startswith("#"):
            fuzzy = fuzzy or (line.startswith("#,") and "fuzzy" in line)
            continue
        keyword, quoted = _split(line)
        current = keyword or current
        parts[current] = parts.get(current, "") + _unquoted(quoted)
    strings = tuple(parts[name] for name in sorted(parts) if name.startswith("msgstr"))
    return Message(parts.get("msgid", ""), strings, parts.get("msgid_plural", ""), parts.get("msgctxt", ""), fuzzy)


def _split(line: str) -> tuple[str, str]:
    found = re.fullmatch(r'(msgctxt|msgid|msgid_plural|msgstr(?:\[\d+\])?)?\s*(".*")', line)
    if not found:
        raise BrokenCatalog(line)
    return found.group(1) or "", found.group(2)


def _unquoted(quoted: str) -> str:
    try:
        return str(ast.literal_eval(quoted))
    except (SyntaxError, ValueError) as trouble:
        raise BrokenCatalog(quoted) from trouble


def written(messages: Iterable[Message], language: str) -> str:
    """A .po file, its entries in the order of their msgids, so that two branches rarely touch the same lines."""
    head = (
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Language: {language}\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n'
    )
    ordered = sorted(messages, key=lambda message: (message.msgid, message.context))
    return "\n".join([head, *(_block(message) for message in ordered)])


def _block(message: Message) -> str:
    lines = [f"#: {' '.join(message.places)}"] if message.places else []
    if message.fuzzy:
        lines.append("#, fuzzy")
    if message.context:
        lines.append(f"msgctxt {_quoted(message.context)}")
    lines.append(f"msgid {_quoted(message.msgid)}")
    if message.plural:
        lines.append(f"msgid_plural {_quoted(message.plural)}")
        lines += [f"msgstr[{n}] {_quoted(text)}" for n, text in enumerate(message.msgstrs or ("",))]
    else:
        lines.append(f"msgstr {_quoted(message.msgstrs[0] if message.msgstrs else '')}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t").replace("\r", "\\r")
    if "\n" not in escaped:
        return f'"{escaped}"'
    return '""\n' + "\n".join(f'"{line}\\n"' if more else f'"{line}"' for line, more in _lines(escaped))


def _lines(text: str) -> list[tuple[str, bool]]:
    *whole, last = text.split("\n")
    return [(line, True) for line in whole] + ([(last, False)] if last else [])


def compiled(messages: Iterable[Message], language: str) -> bytes:
    """A .mo file of the entries that are translated; fuzzy ones are left out."""
    head = f"Content-Type: text/plain; charset=UTF-8\nLanguage: {language}\nPlural-Forms: nplurals=1; plural=0;\n"
    pairs = {"": head}
    for message in messages:
        if not message.fuzzy and all(message.msgstrs):
            pairs[_original(message)] = PLURAL.join(message.msgstrs)
    ids = [original.encode() for original in sorted(pairs, key=str.encode)]
    texts = [pairs[original.decode()].encode() for original in ids]
    start = 7 * 4
    strings_at = start + 16 * len(ids)
    ids_at, texts_at = _table(ids, strings_at), _table(texts, strings_at + sum(len(each) + 1 for each in ids))
    header = struct.pack("<7I", 0x950412DE, 0, len(ids), start, start + 8 * len(ids), 0, 0)
    return header + ids_at + texts_at + b"".join(each + b"\0" for each in ids + texts)


def _original(message: Message) -> str:
    context = message.context + CONTEXT if message.context else ""
    return context + message.msgid + (PLURAL + message.plural if message.plural else "")


def _table(strings: list[bytes], offset: int) -> bytes:
    out = b""
    for each in strings:
        out += struct.pack("<2I", len(each), offset)
        offset += len(each) + 1
    return out
