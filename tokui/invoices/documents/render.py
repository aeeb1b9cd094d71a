"""From content to PDF bytes by typst: PDF/A-3a (archival, tagged for screen readers), no network, no packages.

The same content gives the same bytes: the timestamp is the day of issue, the fonts are bundled, nothing is random. So
an issued document can be stored under the hash of its bytes. Content reaches typst only as JSON in `sys.inputs`;
text is set as strings and never evaluated.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pylopdf_fonts_jp
import typst

from tokui.invoices.documents.content import DocumentContent
from tokui.invoices.documents.layout import page_data

TEMPLATE = Path(__file__).with_name("document.typ")
STANDARD: typst.PDFStandard = "a-3a"
PRINT_STANDARD: typst.PDFStandard = "a-3b"

_thread = threading.local()


def render_pdf(content: DocumentContent) -> bytes:
    """One document as a PDF. No text can make it fail; `PictureRefused` for a logo or seal that is no picture."""
    return _compile([content], standard=STANDARD, tagged=True)


def render_each(contents: Iterable[DocumentContent]) -> Iterator[bytes]:
    """Many documents, a PDF each, in order: the way of a closing run. Memory does not grow with their number."""
    return (render_pdf(content) for content in contents)


def render_many(contents: Sequence[DocumentContent]) -> bytes:
    """Many documents in one PDF for the printer, each starting on its own page with its own page numbers.

    Untagged, which makes the file an eighth of the size: what is archived and mailed is `render_pdf`. Split long runs
    into files of some hundred documents, the whole file is laid out in memory (about 2.5 MB a page).
    """
    if not contents:
        raise ValueError("There is no document to print.")
    return _compile(contents, standard=PRINT_STANDARD, tagged=False)


def render_png(content: DocumentContent, *, ppi: float = 110) -> list[bytes]:
    """One picture per page, for a preview."""
    written = _compiler().compile(format="png", sys_inputs=_inputs([content]), ppi=ppi)
    return [written] if isinstance(written, bytes) else list(written or [])


def _compile(contents: Sequence[DocumentContent], *, standard: typst.PDFStandard, tagged: bool) -> bytes:
    written = _compiler().compile(
        format="pdf",
        sys_inputs=_inputs(contents),
        pdf_standards=[standard],
        pdf_tags=tagged,
        timestamp=_midnight(max(content.issued_on for content in contents)),
    )
    assert isinstance(written, bytes)
    return written


def _compiler() -> typst.Compiler:
    """One compiler per thread: it caches fonts and template, and its inputs are its own."""
    compiler: typst.Compiler | None = getattr(_thread, "compiler", None)
    if compiler is None:
        folder = str(pylopdf_fonts_jp.sans_path().parent)
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
        compiler = typst.Compiler(str(TEMPLATE), root=str(TEMPLATE.parent), font_paths=fonts)
        _thread.compiler = compiler
    return compiler


def _inputs(contents: Sequence[DocumentContent]) -> dict[str, str]:
    documents: list[dict[str, Any]] = [page_data(content) for content in contents]
    return {"data": json.dumps(documents, ensure_ascii=False, separators=(",", ":"))}


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
