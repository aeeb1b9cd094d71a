"""REST for how documents are numbered and what a business prints on them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router

from tokui import access
from tokui.access.models import Business
from tokui.access.permissions import SETTINGS_VIEW
from tokui.invoices.api_paper_shapes import SeriesIn, SeriesOut, TermsIn, TermsOut
from tokui.invoices.issuers import change_terms, terms_of
from tokui.invoices.models import BusinessTerms, NumberSeries
from tokui.invoices.numbering import change_series
from tokui.ui.rest import Paged, Paging, caller, find, page

router = Router(tags=["documents"])


@router.get("/number_series", response=Paged[SeriesOut], summary="List number series")
def list_series(request: HttpRequest, given: Query[Paging]) -> dict[str, Any]:
    access.require(caller(request), SETTINGS_VIEW)
    return page(NumberSeries.objects.all(), given, order=("pattern", "id"))


@router.put("/number_series", response=SeriesOut, summary="Number the coming documents by a pattern")
def change_numbering(request: HttpRequest, given: SeriesIn) -> NumberSeries:
    """Delivery notes are numbered only where a business has a series for them."""
    business = find(Business.objects.all(), given.business, field="business")
    return change_series(business.pk, given.kind, pattern=given.pattern, digits=given.digits, by=caller(request))


@router.get("/business_terms/{business_id}", response=TermsOut, summary="Read what a business prints on documents")
def read_terms(request: HttpRequest, business_id: str) -> dict[str, Any]:
    access.require(caller(request), SETTINGS_VIEW)
    return _shown(terms_of(find(Business.objects.all(), business_id)))


@router.patch("/business_terms/{business_id}", response=TermsOut, summary="Change what a business prints on documents")
def change(request: HttpRequest, business_id: str, given: TermsIn) -> dict[str, Any]:
    """Issued documents keep what they were issued with."""
    business = find(Business.objects.all(), business_id)
    changes = {name: value for name, value in given.dict().items() if value is not None}
    return _shown(change_terms(business, by=caller(request), **changes))


def _shown(terms: BusinessTerms) -> dict[str, Any]:
    names = [name for name in TermsOut.model_fields if name != "business"]
    return {**{name: getattr(terms, name) for name in names}, "business": terms.business.public_id}
