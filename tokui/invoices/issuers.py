"""The sender as it stands on documents: kept once per wording, so that an old document keeps its own."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from tokui import access
from tokui.access.models import Business
from tokui.access.permissions import SETTINGS_MANAGE
from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.errors import Invalid, NotFound
from tokui.core.events import emit
from tokui.core.models import Organization
from tokui.core.tenancy import require_organization
from tokui.invoices.events import TermsChanged
from tokui.invoices.models import BusinessTerms, IssuerVersion

#: What {…} in the mail's words may stand for; `letters` fills them in.
MAIL_NAMES = ("number", "name", "addressee", "sender", "total", "due", "link", "original", "signature")


def issuers_of(business_ids: Iterable[UUID]) -> dict[UUID, IssuerVersion]:
    """The present version of each business's sender; a new row only when a word of it changed."""
    found = Business.objects.filter(pk__in=set(business_ids))
    return {business.pk: issuer_of(business) for business in found}


def issuer_of(business: Business) -> IssuerVersion:
    content = _content(business)
    written = json.dumps(content, ensure_ascii=False, sort_keys=True).encode()
    fingerprint = hashlib.sha256(written).digest()
    version, _created = IssuerVersion.objects.get_or_create(
        fingerprint=fingerprint, defaults={"business": business, "content": content, "created_at": clock.now()}
    )
    return version


def terms_of(business: Business) -> BusinessTerms:
    return BusinessTerms.objects.filter(business=business).first() or BusinessTerms(business=business)


@transaction.atomic
def change_terms(business: Business, *, by: Actor, **changes: Any) -> BusinessTerms:
    """Change what a business prints on its invoices; issued documents keep what they were issued with."""
    access.require(by, SETTINGS_MANAGE)
    if not Business.objects.filter(pk=business.pk).exists():
        raise NotFound
    for name in {"mail_subject", "mail_text"} & set(changes):
        refuse_unknown_names(name, changes[name])
    terms, _created = BusinessTerms.objects.get_or_create(business=business)
    for name, value in changes.items():
        setattr(terms, name, value)
    terms.save(update_fields=list(changes))
    emit(TermsChanged(business.pk), about=terms, by=by)
    return terms


def refuse_unknown_names(field: str, text: str) -> None:
    """The mail's words may hold only the names that are filled in; anything else would reach the customer as it is."""
    unknown = [found for found in re.findall(r"\{([^{}\s]*)\}", text) if found not in MAIL_NAMES]
    if unknown:
        raise Invalid(field=field, reason=_("{%(name)s} is not known here.") % {"name": unknown[0]})


def _content(business: Business) -> dict[str, Any]:
    terms = terms_of(business)
    organization = Organization.objects.get(pk=require_organization())
    return {
        "business": str(business.pk),
        "name": business.legal_name or organization.name,
        "trade_name": business.name,
        "registration_number": business.registration_number,
        "postal_code": business.postal_code,
        "address": business.address,
        "phone": business.phone,
        "email": business.email,
        "logo": str(business.logo_id or ""),
        "seal": str(business.seal_id or ""),
        "banks": terms.banks,
        "payment_note": terms.payment_note,
        "remarks": terms.remarks,
    }
