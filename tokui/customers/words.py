"""Words for the facts that pure modules return: fields, refused values, refused files. In the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from tokui.ui import reasons
from tokui.ui.reasons import refusal_words as refusal_words
from tokui.ui.reasons import table_words as table_words

FIELD_WORDS: dict[str, Promise] = {
    "id": gettext_lazy("Tokui ID"),
    "version": gettext_lazy("Version"),
    "code": gettext_lazy("Customer code"),
    "kind": gettext_lazy("Kind"),
    "name": gettext_lazy("Name"),
    "kana": gettext_lazy("Kana"),
    "legal_form": gettext_lazy("Legal form"),
    "corporate_number": gettext_lazy("Corporate number"),
    "registration_number": gettext_lazy("Registration number (T-number)"),
    "email": gettext_lazy("Mail address"),
    "phone": gettext_lazy("Phone"),
    "postal_code": gettext_lazy("Postal code"),
    "address": gettext_lazy("Address"),
    "business_id": gettext_lazy("Business"),
    "owner_id": gettext_lazy("Person in charge"),
    "bill_to_id": gettext_lazy("Billed to"),
    "closing_day": gettext_lazy("Closing day"),
    "due_months": gettext_lazy("Months until due"),
    "due_day": gettext_lazy("Due day"),
    "due_shift": gettext_lazy("When the due day is a bank holiday"),
    "delivery": gettext_lazy("Delivery of invoices"),
    "tax_display": gettext_lazy("Tax display"),
    "tax_rounding": gettext_lazy("Rounding of tax"),
    "honorific": gettext_lazy("Form of address on documents"),
    "document_language": gettext_lazy("Language of documents"),
    "withholds": gettext_lazy("Withholds income tax from what is paid"),
    "is_active": gettext_lazy("Active"),
    "tags": gettext_lazy("Tags"),
    "custom": gettext_lazy("Own fields"),
    "terms": gettext_lazy("Payment terms"),
    "note": gettext_lazy("Note"),
}
#: Fields that only files have.
IMPORT_FIELD_WORDS: dict[str, Promise] = {
    "family_name": gettext_lazy("Family name"),
    "given_name": gettext_lazy("Given name"),
    "family_kana": gettext_lazy("Kana of the family name"),
    "given_kana": gettext_lazy("Kana of the given name"),
    "prefecture": gettext_lazy("Prefecture"),
    "city": gettext_lazy("City"),
    "street": gettext_lazy("Street"),
    "building": gettext_lazy("Building"),
    "business": gettext_lazy("Business"),
    "owner": gettext_lazy("Person in charge"),
    "bill_to": gettext_lazy("Code of who pays"),
    "terms": gettext_lazy("Payment terms"),
    "note": gettext_lazy("Note"),
    "phone2": gettext_lazy("Second phone"),
    "mobile": gettext_lazy("Mobile phone"),
    "fax": gettext_lazy("Fax number"),
    "email2": gettext_lazy("Second mail address"),
    "contact_name": gettext_lazy("Contact person"),
    "contact_kana": gettext_lazy("Kana of the contact person"),
    "contact_department": gettext_lazy("Department of the contact person"),
    "contact_title": gettext_lazy("Title of the contact person"),
    "contact_email": gettext_lazy("Mail address of the contact person"),
    "contact_phone": gettext_lazy("Phone of the contact person"),
    "payer_names": gettext_lazy("Payer names"),
    "guardian": gettext_lazy("Code of the guardian"),
    "parent_company": gettext_lazy("Code of the parent company"),
}
#: The fields of a file in the order in which people look for them.
IMPORT_GROUPS: list[tuple[Promise, tuple[str, ...]]] = [
    (
        gettext_lazy("Customer"),
        (
            *("name", "kana", "code", "family_name", "given_name", "family_kana", "given_kana", "kind", "legal_form"),
            *("corporate_number", "registration_number", "business", "owner", "tags", "is_active", "note"),
        ),
    ),
    (
        gettext_lazy("Contacts"),
        (
            *("email", "phone", "mobile", "phone2", "fax", "email2"),
            *("postal_code", "address", "prefecture", "city", "street", "building"),
        ),
    ),
    (
        gettext_lazy("Contact person"),
        ("contact_name", "contact_kana", "contact_department", "contact_title", "contact_email", "contact_phone"),
    ),
    (
        gettext_lazy("Billing"),
        (
            *("bill_to", "payer_names", "terms", "closing_day", "due_months", "due_day", "due_shift"),
            *("delivery", "tax_display", "tax_rounding"),
        ),
    ),
    (gettext_lazy("Relationships"), ("guardian", "parent_company")),
    (gettext_lazy("Export from Tokui"), ("id", "version")),
]
KIND_WORDS: dict[str, Promise] = {
    "person": gettext_lazy("Person"),
    "company": gettext_lazy("Company"),
    "school": gettext_lazy("School"),
    "government": gettext_lazy("Government office"),
    "nonprofit": gettext_lazy("Non-profit organization"),
}
CHOICE_WORDS: dict[str, dict[str, str | Promise]] = {
    "kind": {**KIND_WORDS},
    "due_shift": {
        "before": gettext_lazy("Business day before"),
        "after": gettext_lazy("Business day after"),
        "none": gettext_lazy("The day itself"),
    },
    "delivery": {"mail": gettext_lazy("By mail"), "paper": gettext_lazy("On paper"), "none": gettext_lazy("Not sent")},
    "tax_display": {"excluded": gettext_lazy("Tax excluded"), "included": gettext_lazy("Tax included")},
    "honorific": {
        "usual": gettext_lazy("By kind of customer"),
        "onchu": "御中",
        "sama": "様",
        "none": gettext_lazy("None of both"),
    },
    "document_language": {"ja": gettext_lazy("Japanese"), "en": gettext_lazy("English")},
    "tax_rounding": {
        "down": gettext_lazy("Round down"),
        "up": gettext_lazy("Round up"),
        "half_up": gettext_lazy("Round half up"),
    },
}
#: Legal forms by the banks' abbreviation, under which they are kept.
LEGAL_FORM_WORDS: dict[str, Promise] = {
    "カ": gettext_lazy("Stock company (株式会社)"),
    "ユ": gettext_lazy("Limited company (有限会社)"),
    "ド": gettext_lazy("Limited liability company (合同会社)"),
    "メ": gettext_lazy("General partnership (合名会社)"),
    "シ": gettext_lazy("Limited partnership (合資会社)"),
    "イ": gettext_lazy("Medical corporation (医療法人)"),
    "ガク": gettext_lazy("School corporation (学校法人)"),
    "ダイ": gettext_lazy("University corporation (国公立大学法人)"),
    "シヤ": gettext_lazy("Association (社団法人)"),
    "ザイ": gettext_lazy("Foundation (財団法人)"),
    "フク": gettext_lazy("Social welfare corporation (社会福祉法人)"),
    "シユウ": gettext_lazy("Religious corporation (宗教法人)"),
    "トクヒ": gettext_lazy("NPO corporation (特定非営利活動法人)"),
    "ドク": gettext_lazy("Administrative agency (独立行政法人)"),
    "チドク": gettext_lazy("Local administrative agency (地方独立行政法人)"),
    "ノウ": gettext_lazy("Farmers' cooperative (農事組合法人)"),
    "カンリ": gettext_lazy("Condominium association (管理組合法人)"),
    "ベン": gettext_lazy("Law firm (弁護士法人)"),
    "ゼイ": gettext_lazy("Tax accountants' firm (税理士法人)"),
    "シホウ": gettext_lazy("Judicial scriveners' firm (司法書士法人)"),
    "ギヨ": gettext_lazy("Administrative scriveners' firm (行政書士法人)"),
    "ロウム": gettext_lazy("Labour consultants' firm (社会保険労務士法人)"),
    "ソ": gettext_lazy("Mutual company (相互会社)"),
    "ホゴ": gettext_lazy("Rehabilitation corporation (更生保護法人)"),
    "チユウ": gettext_lazy("Intermediate corporation (中間法人)"),
}
#: What may hang on a customer, for the condition that asks for it.
HAS_WORDS: dict[str, Promise] = {
    "note": gettext_lazy("A note"),
    "file": gettext_lazy("A file"),
    "contact_point": gettext_lazy("A further contact"),
    "contact_person": gettext_lazy("A contact person"),
    "relationship": gettext_lazy("A relationship"),
    "payer_name": gettext_lazy("A known payer name"),
}
RELATIONSHIP_WORDS: dict[str, tuple[Promise, Promise]] = {
    # (how the other is called seen from its `to` side, and from its `from` side)
    "guardian": (gettext_lazy("Guardian"), gettext_lazy("Child")),
    "employee": (gettext_lazy("Employee"), gettext_lazy("Employer")),
    "parent_company": (gettext_lazy("Parent company"), gettext_lazy("Subsidiary")),
    "partner": (gettext_lazy("Partner"), gettext_lazy("Partner")),
    "referrer": (gettext_lazy("Referred by"), gettext_lazy("Referred")),
    "pays_for": (gettext_lazy("Payer"), gettext_lazy("Pays for")),
}
POINT_WORDS: dict[str, Promise] = {
    "mail": gettext_lazy("Mail address"),
    "phone": gettext_lazy("Phone"),
    "postal": gettext_lazy("Postal address"),
    "social": gettext_lazy("Social account"),
}
CUSTOM_KIND_WORDS: dict[str, Promise] = {
    "text": gettext_lazy("Text"),
    "number": gettext_lazy("Number"),
    "money": gettext_lazy("Amount"),
    "date": gettext_lazy("Date"),
    "choice": gettext_lazy("Choice"),
    "boolean": gettext_lazy("Yes or no"),
}

#: Reasons of our own, beside those of the parsers.
_OWN: dict[str, Promise] = {
    "unknown_business": gettext_lazy("There is no business “%(found)s”."),
    "unknown_owner": gettext_lazy("Nobody here is called “%(found)s”."),
    "unknown_bill_to": gettext_lazy("There is no customer with the code “%(found)s”."),
    "unknown_id": gettext_lazy("There is no customer with the id “%(found)s”."),
    "unknown_field": gettext_lazy("There is no such field."),
    "twice_in_file": gettext_lazy("“%(found)s” stands in the file twice."),
    "changed_since_export": gettext_lazy(
        "Changed in Tokui after the export (version %(expected)s); the file has %(found)s."
    ),
    "code_of_another": gettext_lazy("The code “%(found)s” belongs to another customer."),
    "bill_to_cycle": gettext_lazy("“%(found)s” would end up paying for itself."),
    "relative_cycle": gettext_lazy("“%(found)s” would stand above itself."),
    "not_a_payer_name": gettext_lazy("“%(found)s” is too short to recognise a payer by."),
    "not_reverted": gettext_lazy("Changed or used after the import; kept as it is."),
}


def reason_words(reason: Mapping[str, Any]) -> str:
    """A stored reason {code, found, expected} of an import's row."""
    return reasons.reason_words(reason, _OWN)
