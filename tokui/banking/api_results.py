"""REST for result lists of payment systems that are not connected (P-20)."""

from __future__ import annotations

import json
from typing import Any, Literal

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, File, Form, Router, Schema
from ninja.files import UploadedFile

from tokui import access
from tokui.access.permissions import BANK_IMPORT
from tokui.banking.actions import import_results
from tokui.banking.actions.results import ResultList, Words
from tokui.banking.words import RESULT_FIELDS
from tokui.core.errors import Invalid
from tokui.core.ids import public_id
from tokui.core.models import Parcel
from tokui.ui.rest import Currency, Given, caller

router = Router(tags=["banking"])


class RefusedRow(Schema):
    """A row that cannot be understood, and why: a stable code."""

    row: int
    column: str
    value: str
    code: str


class ResultListOut(Schema):
    """What became of a list: `recorded` whole, or `refused` whole. It is kept either way."""

    id: str = Field(description="The list as it was kept, `par_…`")
    state: Literal["recorded", "refused"]
    recorded: int
    known: int = Field(description="Rows that were recorded before")
    unpaid: int = Field(description="Rows that say that the money did not come")
    columns: dict[str, str] = Field(description="Which heading was read as what")
    headings: list[str]
    refused: list[RefusedRow]


class ResultListIn(Given):
    source: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,30}$", description="Name of the system; the books keep it")
    currency: Currency = "JPY"
    columns: str = Field("", max_length=2000, description='JSON of field to heading: {"customer": "会員番号", …}')
    paid_words: str = Field("", max_length=400, description="Words for paid, several with a comma")
    unpaid_words: str = Field("", max_length=400, description="Words for not paid, several with a comma")


@router.post("/result-lists", response={201: ResultListOut}, summary="Send a list of payments from another system")
def send_results(request: HttpRequest, file: File[UploadedFile], given: Form[ResultListIn]) -> dict[str, Any]:
    """A CSV or workbook with customer code, day and amount. All of it counts or, with `state` refused, nothing."""
    access.require(caller(request), BANK_IMPORT)
    if (file.size or 0) > settings.TOKUI_UPLOAD_LIMIT_BYTES:
        raise Invalid(field="file", reason=_("The file is too large."))
    done = import_results(
        file.read(),
        source=given.source,
        name=file.name or "results",
        by=caller(request),
        columns=_columns(given.columns),
        words=Words(_words(given.paid_words), _words(given.unpaid_words)),
        currency=given.currency,
    )
    return _shown(done)


def _shown(done: ResultList) -> dict[str, Any]:
    return {
        "id": public_id(Parcel.PREFIX, done.parcel_id),
        "state": "refused" if done.is_refused else "recorded",
        "recorded": done.recorded,
        "known": done.known,
        "unpaid": done.unpaid,
        "columns": done.columns,
        "headings": list(done.headings),
        "refused": list(done.refused),
    }


def _columns(text: str) -> dict[str, str]:
    if not text:
        return {}
    try:
        found = json.loads(text)
    except ValueError as trouble:
        raise Invalid(field="columns", reason=_("This is not JSON.")) from trouble
    if not isinstance(found, dict) or not all(isinstance(one, str) for one in found.values()):
        raise Invalid(field="columns", reason=_("Give an object of field to heading."))
    if not found.keys() <= RESULT_FIELDS.keys():
        raise Invalid(field="columns", reason=_("There is no such field."))
    return found


def _words(text: str) -> frozenset[str]:
    return frozenset(word.strip().lower() for word in text.replace("、", ",").split(",") if word.strip())
