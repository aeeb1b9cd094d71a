"""Taking in a whole file within its limits, and refusing XML that asks for more than to be read."""

from typing import BinaryIO

from tokui.banking.refusals import FileRefused, Refused
from tokui.banking.statements import ReadOptions


def take(stream: BinaryIO, options: ReadOptions) -> bytes:
    """The content. Raises TOO_LARGE or EMPTY."""
    content = stream.read(options.max_bytes + 1)
    if len(content) > options.max_bytes:
        raise FileRefused(Refused.TOO_LARGE, expected=str(options.max_bytes))
    if not content.strip(b" \r\n\t\x1a\xef\xbb\xbf"):
        raise FileRefused(Refused.EMPTY)
    return content


def refuse_doctype(content: bytes) -> None:
    """Refuse document types and entities by name, before any parser sees them; bank files never have them."""
    upper = content.replace(b"\0", b"").upper()  # the same marks in UTF-16 and UTF-32
    if b"<!DOCTYPE" not in upper and b"<!ENTITY" not in upper:
        return
    # What stands between the marks is the attacker's, so the whole text is searched, not a grammar.
    if b" SYSTEM" in upper or b" PUBLIC" in upper:
        raise FileRefused(Refused.XML_EXTERNAL, found="SYSTEM")
    if b"<!ENTITY" in upper:
        raise FileRefused(Refused.XML_ENTITIES, found="ENTITY")
    raise FileRefused(Refused.XML_DOCTYPE, found="DOCTYPE")
