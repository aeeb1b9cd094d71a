"""The pages of files on their way in, the same for every road: bring one, choose columns, look, take over, take back."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tokui.core.actors import Actor
from tokui.core.errors import Invalid, NotFound, Refusal
from tokui.core.ids import parse_public_id
from tokui.core.importing import Road
from tokui.core.refused import ValueRefused
from tokui.ui.doors import render_page, sent_on
from tokui.ui.paging import InvalidCursor, Page, page_of
from tokui.ui.reasons import table_words

STATE_WORDS: dict[str, Promise] = {
    "uploaded": gettext_lazy("Waits for its columns"),
    "checking": gettext_lazy("Is being checked"),
    "ready": gettext_lazy("Checked"),
    "applying": gettext_lazy("Is being taken over"),
    "applied": gettext_lazy("Taken over"),
    "refused": gettext_lazy("Refused"),
    "undoing": gettext_lazy("Is being undone"),
    "undone": gettext_lazy("Undone"),
}
OUTCOME_WORDS: dict[str, Promise] = {
    "refused": gettext_lazy("Refused rows"),
    "known": gettext_lazy("Rows known already"),
    "kept": gettext_lazy("Rows that stayed"),
}
STEPS = {"uploaded": 1, "refused": 1, "checking": 2, "ready": 2}
RUNNING = ("checking", "applying", "undoing")
ROWS_AT_ONCE = 100
RECENT = 20


@dataclass(frozen=True)
class ImportPages:
    """What the pages of one road say, where they are and which verbs they call.

    Addresses are named `<place>s` (the list), `<place>`, `<place>_columns`, `<place>_application`, `<place>_undo`.
    `counts` are columns of the import with their words, shown where they are not zero or always.
    """

    road: Road
    place: str
    title: Promise
    hint: Promise
    apply_word: Promise
    counts: tuple[tuple[str, Promise], ...]
    field_words: Mapping[str, Promise]
    reason_words: Callable[[Mapping[str, Any]], str]
    receive: Callable[..., Any]
    check: Callable[..., Any]
    choose: Callable[..., Any]
    apply: Callable[..., Any]
    undo: Callable[..., Any] | None = None
    #: Where what came in can be seen, and how that is called.
    result_url: Callable[[Any], str] | None = None
    result_word: Promise | str = ""

    def url(self, batch: Any, step: str = "") -> str:
        return reverse(f"{self.place}{step}", args=[batch.public_id])


def list_page(request: HttpRequest, pages: ImportPages) -> HttpResponse:
    """Bring a file, or look at those that came last."""
    trouble = ""
    if request.method == "POST":
        try:
            return sent_on(request, pages.url(_received(request, pages)))
        except Refusal as refusal:
            trouble = refusal.message
    recent = pages.road.imports._default_manager.filter(**pages.road.fixed).order_by("-created_at", "-pk")[:RECENT]
    rows = [(one, pages.url(one), STATE_WORDS[one.state]) for one in recent]
    context = {"pages": pages, "trouble": trouble, "recent": rows}
    return render(request, "ui/imports.html", context, status=422 if trouble else 200)


def _received(request: HttpRequest, pages: ImportPages) -> Any:
    file = request.FILES.get("file")
    if file is None:
        raise Invalid(field="file", reason=_("Choose a file first."))
    if (file.size or 0) > settings.TOKUI_UPLOAD_LIMIT_BYTES:
        raise Invalid(field="file", reason=_("The file is too large."))
    batch = pages.receive(file.read(), name=file.name or "", by=_actor(request))
    with contextlib.suppress(Invalid):  # a column is missing: the next page asks for it
        pages.check(batch, by=_actor(request))
    return batch


def import_page(request: HttpRequest, pages: ImportPages, key: str) -> HttpResponse:
    """Where an import stands, with its rows to look at. While it runs, the page asks again by itself."""
    return _shown(request, pages, _found(pages, key))


def columns(request: HttpRequest, pages: ImportPages, key: str) -> HttpResponse:
    """Choose which column holds what; the file is checked with them."""
    batch = _found(pages, key)
    names = pages.road.vocabulary
    chosen = {name: request.POST[f"column.{name}"] for name in names if request.POST.get(f"column.{name}")}
    try:
        pages.choose(batch, chosen, by=_actor(request))
    except Invalid as refusal:
        return _shown(request, pages, _found(pages, key), chosen=chosen, refusal=refusal)
    return sent_on(request, pages.url(batch))


def application(request: HttpRequest, pages: ImportPages, key: str) -> HttpResponse:
    """Take the file over."""
    return sent_on(request, pages.url(pages.apply(_found(pages, key), by=_actor(request))))


def undo(request: HttpRequest, pages: ImportPages, key: str) -> HttpResponse:
    """Take the whole import back."""
    if pages.undo is None:
        raise NotFound
    return sent_on(request, pages.url(pages.undo(_found(pages, key), by=_actor(request))))


def _shown(
    request: HttpRequest,
    pages: ImportPages,
    batch: Any,
    *,
    chosen: Mapping[str, str] | None = None,
    refusal: Invalid | None = None,
) -> HttpResponse:
    outcomes = _outcomes(pages, batch)
    outcome = request.GET.get("rows", "")
    outcome = outcome if outcome in outcomes else next(iter(outcomes), "refused")
    page = _rows(pages, batch, outcome, request.GET.get("after", ""))
    mapping = batch.mapping if chosen is None else chosen
    wrong = {refusal.field: refusal.message} if refusal else {}
    words = pages.field_words
    context = {
        "pages": pages,
        "batch": batch,
        "state": STATE_WORDS[batch.state],
        "step": STEPS.get(batch.state, 4),
        "is_running": batch.state in RUNNING,
        "is_open": batch.state in ("uploaded", "ready", "refused") and bool(batch.headings),
        "counts": _counts(pages, batch),
        "refusal": table_words(batch.refusal) if batch.refusal else "",
        "outcomes": [(name, OUTCOME_WORDS[name], count) for name, count in outcomes.items()],
        "outcome": outcome,
        "page": page,
        "rows": [(row, pages.reason_words(row.reason)) for row in page.rows],
        "fields": [(name, words[name], mapping.get(name, ""), wrong.get(name, "")) for name in pages.road.vocabulary],
        "list_url": reverse(f"{pages.place}s"),
        "self_url": pages.url(batch),
        "columns_url": pages.url(batch, "_columns"),
        "apply_url": pages.url(batch, "_application"),
        "undo_url": pages.url(batch, "_undo") if pages.undo else "",
        "result_url": pages.result_url(batch) if pages.result_url else "",
    }
    status = 422 if refusal else 200
    return render_page(request, "ui/import.html", context, fragment="ui/_import.html", status=status)


def _outcomes(pages: ImportPages, batch: Any) -> dict[str, int]:
    """Kinds of rows to look at, with their numbers as the import counted them."""
    counted = {"kept": batch.kept_count, "refused": batch.refused_count, "known": batch.known_count}
    return {name: count for name, count in counted.items() if count}


def _counts(pages: ImportPages, batch: Any) -> list[tuple[Promise, int, bool]]:
    """Words and numbers to show, and whether the number is an amount."""
    always = ("row_count", "new_count", "known_count", "refused_count")
    if batch.state in ("uploaded", "checking", "refused"):
        return []
    shown = [(name, word, getattr(batch, name)) for name, word in pages.counts]
    return [(word, number, name.endswith("_minor")) for name, word, number in shown if number or name in always]


def _rows(pages: ImportPages, batch: Any, outcome: str, after: str) -> Page[Any]:
    rows = pages.road.rows.objects.filter(batch=batch, outcome=outcome)
    try:
        return page_of(rows, order=("id",), after=after, size=ROWS_AT_ONCE)
    except InvalidCursor as trouble:
        raise Invalid(field="after", reason=_("This page's address is no longer valid. Start again.")) from trouble


def _found(pages: ImportPages, key: str) -> Any:
    imports = pages.road.imports
    try:
        found = imports._default_manager.filter(pk=parse_public_id(key, imports.PREFIX), **pages.road.fixed).first()
    except ValueRefused as refused:
        raise NotFound from refused
    if found is None:
        raise NotFound
    return found


def _actor(request: HttpRequest) -> Actor:
    return request.visit.actor  # type: ignore[attr-defined, no-any-return]
