"""入出金明細: files of the bank with what became of them, and the drop zone for the next."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tokui.access.doors import visited
from tokui.access.permissions import BANK_IMPORT, BANK_VIEW
from tokui.banking import actions
from tokui.banking.cancellations import unpaired_lines
from tokui.banking.forms import StatementForm
from tokui.banking.models import BankAccount, Deposit, Statement, StatementLine
from tokui.banking.places import oddities, refusal_facts
from tokui.banking.reading import format_name
from tokui.banking.recipients import accounts_of
from tokui.banking.statements import Kind
from tokui.banking.views.rows import actor, list_page, page, row_of
from tokui.banking.words import FILE_REASONS, KINDS, PROOFS, format_choices, refusal_word
from tokui.core import files
from tokui.core.errors import Invalid, NotPermitted
from tokui.ui.doors import sent_on, toast_next

ORDER = ("-received_at", "-id")
LINE_ORDER = ("booked_on", "id")
COUNTED = (Statement.State.READ, Statement.State.TAKEN_BACK)
READ_AT_ONCE_BYTES = 1024 * 1024
#: Refusals that saved columns can heal.
NEEDS_COLUMNS = ("mapping_needed", "mapping_wrong", "unknown_format", "unknown_header")


@visited(BANK_VIEW)
@require_http_methods(["GET", "POST"])
def statements(request: HttpRequest) -> HttpResponse:
    """The files received, newest first; a POST takes in further ones."""
    form = StatementForm()
    if request.method == "POST":
        if not actor(request).can(BANK_IMPORT):
            raise NotPermitted
        form = StatementForm(request.POST, request.FILES)
        taken = _take_all(form, request) if form.is_valid() else []
        if taken or not form.errors:
            return _after(request, taken, form)
    return page(request, "statements", _listed(request, form), status=422 if form.errors else 200)


def _listed(request: HttpRequest, form: StatementForm) -> dict[str, Any]:
    rows, state = _files(), request.GET.get("state", "")
    if state == "gap":
        rows = rows.filter(gap_from_on__isnull=False)
    elif state in Statement.State.values:
        rows = rows.filter(state=state)
    return {
        "form": form,
        "page": list_page(rows, ORDER, request),
        "state": state,
        "has_accounts": BankAccount.objects.filter(is_active=True).exists(),
    }


def _take_all(form: StatementForm, request: HttpRequest) -> list[Statement]:
    """Take in each file whose account is known. Those of which nobody knows whose they are stay with the form."""
    values = form.cleaned_data
    accounts = [values["account"]] if values["account"] else list(form.fields["account"].queryset)  # type: ignore[attr-defined]
    if not accounts:
        form.add_error("account", _("Add a bank account first."))
        return []
    taken = []
    for file in values["file"]:
        made = _take(file, accounts, values["format"] or "auto", request, form)
        if made is not None:
            taken.append(made)
    return taken


def _take(
    file: UploadedFile[Any], accounts: list[BankAccount], format: str, request: HttpRequest, form: StatementForm
) -> Statement | None:
    content, name = file.read(), file.name or "file"
    owners = accounts_of(content, accounts, name=name, format=format)
    if not owners:
        form.add_error("account", _("%(name)s: no account here has the number in this file.") % {"name": name})
    elif len(owners) > 1:
        form.add_error("account", _("%(name)s does not say whose it is. Choose the account.") % {"name": name})
    else:
        at_once = len(content) <= READ_AT_ONCE_BYTES
        return actions.import_statement(
            content, account=owners[0], name=name, format=format, by=actor(request), at_once=at_once
        )
    return None


def _after(request: HttpRequest, taken: list[Statement], form: StatementForm) -> HttpResponse:
    """To the result. An answer of success even where some files are asked about: a failed one would take back the rest."""
    asked = list(form.errors.get("account", []))
    for question in asked:
        toast_next(request, question, tone="bad")
    if len(taken) == 1 and not asked:
        return sent_on(request, reverse("banking:statement", args=[taken[0].public_id]))
    refused = sum(one.state == Statement.State.REFUSED for one in taken)
    number = {"n": len(taken)}
    said = ngettext("%(n)d file received.", "%(n)d files received.", len(taken)) % number
    if refused:
        said += " " + ngettext("%(n)d of them was refused.", "%(n)d of them were refused.", refused) % {"n": refused}
    return sent_on(request, reverse("banking:statements"), said)


@visited(BANK_VIEW)
@require_GET
def row(request: HttpRequest, statement: str) -> HttpResponse:
    """One row of the list, asked for again while its file is being read."""
    return render(request, "banking/_statement_row.html", {"row": row_of(_files(), statement)})


@visited(BANK_VIEW)
@require_GET
def statement(request: HttpRequest, statement: str) -> HttpResponse:
    """What became of one file: counts, oddities and lines, or the refusal with its place."""
    return _statement_page(request, row_of(_files(), statement))


def _statement_page(request: HttpRequest, found: Statement, error: str = "") -> HttpResponse:
    context = {
        "statement": found,
        "format": format_name(found.format) if found.format else "",
        "formats": format_choices(),
        "proof": PROOFS.get(found.proof, ""),
        "siblings": _files().filter(parcel=found.parcel_id).exclude(account=found.account_id).order_by("account__code"),
        "doubles": _doubles(found),
        "reasons": list(FILE_REASONS.items()),
        "why": FILE_REASONS.get(found.taken_back_reason, ""),
        "error": error,
        "is_authoritative": found.format == found.account.authoritative_format,
        "authoritative": format_name(found.account.authoritative_format) if found.account.authoritative_format else "",
        **(_refusal(found) if found.refusal else {}),
        **(_lines(found, request) if found.state in COUNTED else {}),
    }
    return page(request, "statement", context, fragment="_statement", status=422 if error else 200)


def _doubles(found: Statement) -> QuerySet[Statement]:
    """The same bytes taken in for another account too: one of them is probably the wrong one."""
    same = _files().filter(parcel__external_id=found.parcel.external_id, state=Statement.State.READ)
    return same.exclude(parcel=found.parcel_id).exclude(account=found.account_id).order_by("account__code")


def _refusal(found: Statement) -> dict[str, Any]:
    return {
        "refusal": refusal_word(found.refusal["code"]),
        "facts": refusal_facts(found.refusal),
        "needs_columns": found.refusal["code"] in NEEDS_COLUMNS,
    }


def _lines(found: Statement, request: HttpRequest) -> dict[str, Any]:
    rows = StatementLine.objects.filter(account_id=found.account_id, statement=found)
    is_within = not any(one["code"] == "outside_period" for one in found.deviations)
    if is_within and found.from_on and found.to_on:
        rows = rows.filter(booked_on__range=(found.from_on, found.to_on))  # the index of an account's days
    lines = list_page(rows, LINE_ORDER, request)
    deposits = Deposit.objects.filter(line__in=[one.pk for one in lines.rows]).select_related("customer")
    by_line = {one.line_id: one for one in deposits}
    waiting = set(
        unpaired_lines().filter(pk__in=[one.pk for one in lines.rows if one.cancels]).values_list("pk", flat=True)
    )
    return {
        "page": lines,
        "waiting": waiting,
        "lines": [(one, KINDS[Kind(one.kind)], by_line.get(one.pk)) for one in lines.rows],
        "oddities": oddities(found.deviations),
    }


@visited(BANK_IMPORT)
@require_POST
def take_back(request: HttpRequest, statement: str) -> HttpResponse:
    """Let nothing of a file count any more that was put on the wrong account."""
    found = row_of(_files(), statement)
    try:
        actions.take_back_statement(found, reason=request.POST.get("reason", ""), by=actor(request))
    except Invalid as refused:
        return _statement_page(request, row_of(_files(), statement), refused.message)
    return sent_on(request, reverse("banking:statement", args=[found.public_id]), _("The file is taken back."))


@visited(BANK_IMPORT)
@require_POST
def read_once_more(request: HttpRequest, statement: str) -> HttpResponse:
    """Try a refused file again, by a format that a person names."""
    found = row_of(_files(), statement)
    format = request.POST.get("format", "auto")
    if format not in dict(format_choices()) and format != "auto":
        raise Invalid(field="format", reason=_("Choose one of the formats."))
    read = actions.read_again(found, format=format, by=actor(request))
    return sent_on(request, reverse("banking:statement", args=[read.public_id]))


@visited(BANK_VIEW)  # a streamed answer is an answer
@require_GET
def original(request: HttpRequest, statement: str) -> HttpResponseBase:
    """The file as it came, byte for byte; never shown by the browser."""
    file = row_of(_files(), statement).parcel.file
    response = FileResponse(
        files.open_file(file), as_attachment=True, filename=file.name, content_type="application/octet-stream"
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _files() -> QuerySet[Statement]:
    return Statement.objects.select_related("account", "parcel__file")
