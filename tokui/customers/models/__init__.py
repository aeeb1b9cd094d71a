"""Who the customers are: the record, how to reach them, how they belong together, and what was imported.

The first mail address, phone number and postal address stand on the customer itself, normalised, so that lists and
invoices need no join; further ones are `ContactPoint` rows. Nothing is written here but by the verbs in `actions`.
"""

from tokui.customers.models.bonds import (
    ContactPerson,
    ContactPoint,
    PayerName,
    Relationship,
)
from tokui.customers.models.imports import (
    Import,
    ImportMapping,
    ImportRow,
)
from tokui.customers.models.marks import (
    NUMBER_SCALE,
    Attachment,
    CustomField,
    CustomValue,
    Note,
    SavedView,
    Tag,
    Tagging,
)
from tokui.customers.models.record import (
    CodeSeries,
    Customer,
    CustomerKey,
    SearchEntry,
)

__all__ = [
    "NUMBER_SCALE",
    "Attachment",
    "CodeSeries",
    "ContactPerson",
    "ContactPoint",
    "CustomField",
    "CustomValue",
    "Customer",
    "CustomerKey",
    "Import",
    "ImportMapping",
    "ImportRow",
    "Note",
    "PayerName",
    "Relationship",
    "SavedView",
    "SearchEntry",
    "Tag",
    "Tagging",
]
