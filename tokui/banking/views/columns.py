"""The wizard for a CSV that no connector knows: see its first rows, choose the columns, try, keep them on the account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from tokui.access.doors import visited
from tokui.access.permissions import BANK_MANAGE
from tokui.banking import actions
from tokui.banking.columns import ROLES, Sample, mapping_of, read_with, sample_of
from tokui.banking.models import BankAccount, Statement
from tokui.banking.places import FIELDS, refusal_facts
from tokui.banking.refusals import FileRefused
from tokui.banking.views.rows import actor, page, row_of
from tokui.banking.words import refusal_word, row_refusal_word
from tokui.core import files
from tokui.core.models import StoredFile
from tokui.core.tables import TableRefused
from tokui.ui.doors import sent_on

SHOWN_LINES = 6


class ColumnsForm(forms.Form):
    """Which column holds what. Either one amount (with a sign or a word), or money in and money out."""

    in_words = forms.CharField(
        label=gettext_lazy("Words for money in"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Several with a comma: 入金,預入."),
    )
    out_words = forms.CharField(label=gettext_lazy("Words for money out"), required=False, max_length=200)

    def __init__(self, data: Any, *, sample: Sample, saved: dict[str, Any] | None) -> None:
        super().__init__(data)
        for name in ROLES:
            self.fields[name] = forms.ChoiceField(
                label=str(FIELDS[name]),
                choices=[("", "–"), *sample.choices],
                required=name == "date",
                initial=_initial(name, sample, saved or {}),
            )
        for name in ("in_words", "out_words"):
            self.fields[name].initial = ", ".join((saved or {}).get(name, []))

    @property
    def bound_columns(self) -> list[forms.BoundField]:
        return [self[name] for name in (*ROLES, "in_words", "out_words")]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not values.get("amount") and not (values.get("money_in") or values.get("money_out")):
            self.add_error("money_in", _("Choose the columns of money in and out, or of one amount."))
        if values.get("amount") and (values.get("money_in") or values.get("money_out")):
            self.add_error("amount", _("Choose one amount, or money in and out, not both."))
        return values

    def chosen(self) -> dict[str, int]:
        return {name: int(self.cleaned_data[name]) for name in ROLES if self.cleaned_data.get(name)}

    def words(self, name: str) -> list[str]:
        typed = str(self.cleaned_data[name]).replace("、", ",").split(",")
        return [word.strip() for word in typed if word.strip()]


def _initial(name: str, sample: Sample, saved: dict[str, Any]) -> str:
    kept = (saved.get("texts") or [None])[0] if name == "text" else saved.get(name)
    kept = kept[0] if isinstance(kept, list) and kept else kept
    if isinstance(kept, int):
        return str(kept)
    if kept in sample.headings:
        return str(sample.headings.index(kept))
    index = sample.proposed.get(name)
    is_double = name == "amount" and {"money_in", "money_out"} & sample.proposed.keys()
    return "" if index is None or is_double else str(index)


@visited(BANK_MANAGE)
@require_http_methods(["GET", "POST"])
def columns(request: HttpRequest, account: str) -> HttpResponse:
    """Choose the columns of a file of this account: a refused one, or an upload that is only looked at."""
    row = row_of(BankAccount.objects.all(), account)
    upload = request.FILES.get("sample")
    if isinstance(upload, UploadedFile):
        kept = files.store(upload.read(), name=upload.name or "sample.csv", content_type="application/octet-stream")
        return sent_on(request, f"{reverse('banking:columns', args=[row.public_id])}?file={kept.public_id}")
    statement = _statement(request, row)
    file = _file(request, statement)
    context: dict[str, Any] = {"account": row, "statement": statement, "file": file}
    if file is None:
        return page(request, "columns", context)
    content = files.read(file)
    try:
        sample = sample_of(content, file.name)
    except TableRefused as refused:
        return page(request, "columns", {**context, "unreadable": row_refusal_word(refused.code.value)}, status=422)
    form = ColumnsForm(request.POST or None, sample=sample, saved=row.mapping)
    context |= {"form": form, "sample": sample}
    if request.method == "POST" and form.is_valid():
        mapping = mapping_of(sample, form.chosen(), in_words=form.words("in_words"), out_words=form.words("out_words"))
        return _tried(request, context, mapping, content)
    return page(request, "columns", context, status=422 if form.errors else 200)


def _tried(request: HttpRequest, context: dict[str, Any], mapping: dict[str, Any], content: bytes) -> HttpResponse:
    """Read the whole file by these columns; only columns that read it are kept."""
    account, statement, file = context["account"], context["statement"], context["file"]
    try:
        read = read_with(mapping, content, file.name, account)
    except FileRefused as refused:
        told = {
            "code": refused.code.value,
            "line": refused.line,
            "field": refused.field,
            "found": refused.found,
            "expected": refused.expected,
        }
        context |= {"refusal": refusal_word(refused.code.value), "facts": refusal_facts(told)}
        return page(request, "columns", context, status=422)
    if "_save" not in request.POST:
        lines = [line for part in read.accounts for line in part.lines]
        context |= {"understood": lines[:SHOWN_LINES], "line_count": len(lines)}
        return page(request, "columns", context)
    by = actor(request)
    actions.change_account(account, {"mapping": mapping | {"currency": account.currency}}, by=by)
    if statement is not None and statement.state == Statement.State.REFUSED:
        actions.read_again(statement, format="csv", by=by)
        return sent_on(request, reverse("banking:statement", args=[statement.public_id]), _("The columns are kept."))
    return sent_on(request, reverse("banking:account", args=[account.public_id]), _("The columns are kept."))


def _statement(request: HttpRequest, account: BankAccount) -> Statement | None:
    key = request.GET.get("statement", "")
    rows = Statement.objects.filter(account=account).select_related("account", "parcel__file")
    return row_of(rows, key) if key else None


def _file(request: HttpRequest, statement: Statement | None) -> StoredFile | None:
    if statement is not None:
        kept: StoredFile = statement.parcel.file
        return kept
    key = request.GET.get("file", "")
    return row_of(StoredFile.objects.all(), key) if key else None
