"""`python -m tokui.ui.catalogs extract|check|compile [ROOM ...]`: the rooms' Japanese, without GNU gettext.

extract  adds new sentences to each room's django.po, keeps what is translated, drops what nobody says any more
check    exits 1 and names every sentence that is missing, empty, fuzzy, unused, has other placeholders,
         or is translated otherwise in another room
compile  writes django.mo beside each django.po
"""

from __future__ import annotations

import argparse
import re
import string
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tokui.ui import po
from tokui.ui.extraction import messages_of, refusals_in
from tokui.ui.po import Message

LANGUAGE = "ja"
HOUSE = Path(__file__).resolve().parent.parent


def main(arguments: Sequence[str] | None = None, house: Path = HOUSE) -> int:
    parser = argparse.ArgumentParser(prog="python -m tokui.ui.catalogs", description=__doc__)
    parser.add_argument("work", choices=["extract", "check", "compile"])
    parser.add_argument("rooms", nargs="*", help="names of rooms; all of them if none is given")
    chosen = parser.parse_args(arguments)
    rooms = rooms_of(house, chosen.rooms)
    if chosen.work == "extract":
        for room in rooms:
            extract(room)
        return 0
    if chosen.work == "compile":
        compile_all(house, chosen.rooms)
        return 0
    complaints = [complaint for room in rooms for complaint in check(room)] + conflicts(rooms_of(house))
    sys.stdout.write("".join(f"{complaint}\n" for complaint in complaints))
    return 1 if complaints else 0


def rooms_of(house: Path = HOUSE, names: Sequence[str] = ()) -> list[Path]:
    """The rooms' folders. An unknown name raises FileNotFoundError."""
    folders = [house / name for name in names] or sorted(each.parent for each in house.glob("*/__init__.py"))
    for folder in folders:
        if not (folder / "__init__.py").exists():
            raise FileNotFoundError(folder)
    return folders


def catalog_path(room: Path) -> Path:
    return room / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def extract(room: Path) -> list[Message]:
    """Bring a room's catalogue up to date and return its entries. A room without sentences gets no file."""
    known = {message.key: message for message in _catalog(room)}
    merged = [_merged(message, known.get(message.key)) for message in _said(room)]
    path = catalog_path(room)
    if merged or path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(po.written(merged, LANGUAGE))
    return merged


def check(room: Path) -> list[str]:
    """What is wrong with a room's catalogue, one sentence each; nothing when it is complete."""
    said = {message.key: message for message in _said(room)}
    known = {message.key: message for message in _catalog(room)}
    missing = [f"{room.name}: missing: {msgid!r}" for context, msgid in sorted(said.keys() - known.keys())]
    unused = [f"{room.name}: unused: {msgid!r}" for context, msgid in sorted(known.keys() - said.keys())]
    wrong = [
        f"{room.name}: {trouble}: {message.msgid!r}"
        for key, message in sorted(known.items())
        if key in said
        for trouble in _troubles(message, said[key])
    ]
    return missing + unused + wrong


def conflicts(rooms: Sequence[Path]) -> list[str]:
    """Sentences that two rooms translate differently: Django joins all catalogues, so one of them would lose."""
    first: dict[tuple[str, str], tuple[str, Message]] = {}
    complaints = []
    for room in rooms:
        for message in _catalog(room):
            owner, known = first.setdefault(message.key, (room.name, message))
            if known.msgstrs != message.msgstrs and all(known.msgstrs) and all(message.msgstrs):
                complaints.append(f"{room.name}: translated otherwise than in {owner}: {message.msgid!r}")
    return complaints


def compile_all(house: Path = HOUSE, names: Sequence[str] = ()) -> list[Path]:
    """Write every room's .mo, only where it changed, and return the paths. Safe to run at each start."""
    written = []
    for room in rooms_of(house, names):
        source = catalog_path(room)
        if not source.exists():
            continue
        target, content = source.with_suffix(".mo"), po.compiled(_catalog(room), LANGUAGE)
        if not target.exists() or target.read_bytes() != content:
            target.write_bytes(content)
        written.append(target)
    return written


def placeholders(text: str) -> list[str]:
    """The placeholders of a sentence: %(name)s, %s and {name}, sorted; a doubled %% or {{ is none."""
    percent = [found for found in re.findall(r"%(?:\(\w+\))?[sdfr%]", text) if found != "%%"]
    try:
        braces = [f"{{{name}}}" for _text, name, _spec, _conv in string.Formatter().parse(text) if name is not None]
    except ValueError:
        braces = ["(unbalanced braces)"]
    return sorted(set(percent + braces))


def _troubles(message: Message, said: Message) -> Iterator[str]:
    if message.fuzzy:
        yield "fuzzy"
    if not message.msgstrs or not all(message.msgstrs):
        yield "empty"
    if message.plural != said.plural:
        yield "other plural"
    if len(message.msgstrs) > 1:
        yield "more than one plural form"
    wanted = placeholders(said.plural or said.msgid)
    for text in message.msgstrs:
        if text and placeholders(text) != wanted:
            yield f"placeholders are {placeholders(text)}, not {wanted}"


def _merged(said: Message, known: Message | None) -> Message:
    if known is None:
        return said
    return Message(said.msgid, known.msgstrs, said.plural, said.context, known.fuzzy, said.places)


def _said(room: Path) -> list[Message]:
    return messages_of(room, refusals_in(room.parent))


def _catalog(room: Path) -> list[Message]:
    path = catalog_path(room)
    return po.parse(path.read_text()) if path.exists() else []


if __name__ == "__main__":
    import django
    from django.conf import settings

    if not settings.configured:
        settings.configure(USE_I18N=True)
        django.setup()
    sys.exit(main())
