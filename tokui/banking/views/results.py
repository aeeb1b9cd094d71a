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
from tokui.banking.actions.results import ResultList
from tokui.banking.forms import ResultsForm
from tokui.banking.refused import ResultListRefused
from tokui.banking.views.rows import actor, page, row_of, tell
from tokui.banking.words import RESULT_FIELDS, row_refusal_word
from tokui.core import files
from tokui.core.errors import Refusal
from tokui.core.models import StoredFile
from tokui.ui.doors import sent_on


@visited(BANK_IMPORT)
@require_http_methods(["GET", "POST"])
def results(request: HttpRequest) -> HttpResponse:
    """Show what a list would record, or its refused rows; record it when asked to."""
    form = ResultsForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        file = _file(form)
        try:
            found = _read(file, form.cleaned_data["source"], request, is_trial="_record" not in request.POST)
            if "_record" in request.POST:
                return sent_on(request, reverse("banking:deposits") + "?method=imported", _said(found))
            columns = [(RESULT_FIELDS[name], heading) for name, heading in found.columns.items()]
            context |= {"found": found, "columns": columns, "file": file, "source": form.cleaned_data["source"]}
        except ResultListRefused as refused:
            rows = refused.fields["rows"]
            context |= {"refused": [(row_refusal_word(one.code), _column(one.column), one) for one in rows]}
            context |= {"refused_count": refused.fields["count"], "file": file}
        except Refusal as refused:
            tell(form, refused)
    status = 422 if form.errors or "refused" in context else 200
    return page(request, "results", context, status=status)


def _file(form: ResultsForm) -> StoredFile:
    """The upload, kept from now on, or the one that was looked at before."""
    upload = form.cleaned_data["file"]
    if upload is None:
        return row_of(StoredFile.objects.all(), form.cleaned_data["stored"])
    return files.store(upload.read(), name=upload.name, content_type="application/octet-stream")


def _read(file: StoredFile, source: str, request: HttpRequest, *, is_trial: bool) -> ResultList:
    """Import the list; a trial does all of it and takes all of it back."""
    with transaction.atomic():
        found = actions.import_results(files.read(file), source=source, name=file.name, by=actor(request))
        transaction.set_rollback(is_trial)
    return found


def _said(found: ResultList) -> str:
    return ngettext("%(n)d payment recorded.", "%(n)d payments recorded.", found.recorded) % {"n": found.recorded}


def _column(name: str) -> str:
    return str(RESULT_FIELDS.get(name, name))
