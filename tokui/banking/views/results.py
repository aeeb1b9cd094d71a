"""Result lists of payment systems that are not connected (P-20): looked at first, then taken in whole or not at all."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from tokui.access.doors import visited
from tokui.access.permissions import BANK_IMPORT
from tokui.banking import actions
from tokui.banking.actions.results import ResultList, Words
from tokui.banking.forms import ResultsForm
from tokui.banking.views.rows import actor, page, row_of
from tokui.banking.words import RESULT_FIELDS, row_refusal_word
from tokui.core import files
from tokui.core.models import StoredFile
from tokui.ui.doors import sent_on

#: Refusals that a person can heal by saying which column, or which word, means what.
NEEDS_WORDS = frozenset({"column_missing", "unknown_result"})


@visited(BANK_IMPORT)
@require_http_methods(["GET", "POST"])
def results(request: HttpRequest) -> HttpResponse:
    """Show what a list would record, or its refused rows; record it when asked to."""
    form = ResultsForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        file, is_trial = _file(form), "_record" not in request.POST
        found = _read(file, form, request, is_trial=is_trial)
        if not is_trial and not found.is_refused:
            return sent_on(request, reverse("banking:deposits") + "?method=imported", _said(found))
        context |= {"file": file, "source": form.cleaned_data["source"], **_told(found, form)}
    # A refused list answers with success: the file is kept, and what a person says of it next needs it.
    return page(request, "results", context, status=422 if form.errors else 200)


def _told(found: ResultList, form: ResultsForm) -> dict[str, Any]:
    chosen = form.columns() or found.columns
    return {
        "found": None if found.is_refused else found,
        "columns": [(RESULT_FIELDS[name], heading) for name, heading in found.columns.items()],
        "refused": [(row_refusal_word(one.code), _column(one.column), one) for one in found.refused],
        "refused_count": len(found.refused),
        "headings": found.headings if NEEDS_WORDS & {one.code for one in found.refused} else (),
        "fields": [(name, word, chosen.get(name, "")) for name, word in RESULT_FIELDS.items()],
        "paid_words": form.cleaned_data["paid_words"],
        "unpaid_words": form.cleaned_data["unpaid_words"],
    }


def _file(form: ResultsForm) -> StoredFile:
    """The upload, kept from now on, or the one that was looked at before."""
    upload = form.cleaned_data["file"]
    if upload is None:
        return row_of(StoredFile.objects.all(), form.cleaned_data["stored"])
    return files.store(upload.read(), name=upload.name, content_type="application/octet-stream")


def _read(file: StoredFile, form: ResultsForm, request: HttpRequest, *, is_trial: bool) -> ResultList:
    """Import the list; a trial does all of it and takes all of it back."""
    with transaction.atomic():
        found = actions.import_results(
            files.read(file),
            source=form.cleaned_data["source"],
            name=file.name,
            by=actor(request),
            columns=form.columns(),
            words=Words(form.words("paid_words"), form.words("unpaid_words")),
        )
        transaction.set_rollback(is_trial)
    return found


def _said(found: ResultList) -> str:
    return ngettext("%(n)d payment recorded.", "%(n)d payments recorded.", found.recorded) % {"n": found.recorded}


def _column(name: str) -> str:
    return str(RESULT_FIELDS.get(name, name))
