"""What happened to customers. Ids and plain values; personal values before and after are sealed per person."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from tokui.core.events import event


@event
@dataclass(frozen=True)
class CustomerCreated:
    customer_id: UUID
    import_id: UUID | None = None


@event
@dataclass(frozen=True)
class CustomerChanged:
    """`sealed` is the JSON of {field: [before, after]} under the customer's own key (`core.vault`)."""

    customer_id: UUID
    fields: tuple[str, ...]
    sealed: str = ""
    import_id: UUID | None = None


@event
@dataclass(frozen=True)
class CustomerRemoved:
    """A customer that an undone import had made."""

    customer_id: UUID
    code: str
    import_id: UUID | None = None


@event
@dataclass(frozen=True)
class RelationshipAdded:
    customer_id: UUID
    other_id: UUID
    kind: str
    is_from: bool
    import_id: UUID | None = None


@event
@dataclass(frozen=True)
class RelationshipEnded:
    customer_id: UUID
    other_id: UUID
    kind: str
    is_from: bool


@event
@dataclass(frozen=True)
class ContactAdded:
    customer_id: UUID
    contact_id: UUID
    kind: str
    import_id: UUID | None = None


@event
@dataclass(frozen=True)
class DocumentsAddressed:
    """Documents are addressed to this contact person from now on."""

    customer_id: UUID
    contact_id: UUID


@event
@dataclass(frozen=True)
class ContactRemoved:
    customer_id: UUID
    contact_id: UUID
    kind: str


@event
@dataclass(frozen=True)
class NoteAdded:
    customer_id: UUID
    note_id: UUID
    import_id: UUID | None = None


@event
@dataclass(frozen=True)
class NoteRemoved:
    customer_id: UUID
    note_id: UUID


@event
@dataclass(frozen=True)
class FileDetached:
    """The bytes stay under their hash; only the customer no longer has them."""

    customer_id: UUID
    attachment_id: UUID
    file_id: UUID


@event
@dataclass(frozen=True)
class FileAttached:
    customer_id: UUID
    attachment_id: UUID
    file_id: UUID


@event
@dataclass(frozen=True)
class CustomersTagged:
    customer_id: UUID
    tag: str
    is_on: bool


@event
@dataclass(frozen=True)
class PayerNameLearned:
    customer_id: UUID
    payer_name_id: UUID
    import_id: UUID | None = None


@event
@dataclass(frozen=True)
class PayerNameRevoked:
    customer_id: UUID
    payer_name_id: UUID


@event
@dataclass(frozen=True)
class CustomFieldDefined:
    field_id: UUID
    key: str
    kind: str


@event
@dataclass(frozen=True)
class CustomFieldChanged:
    field_id: UUID
    key: str


@event
@dataclass(frozen=True)
class ImportApplied:
    import_id: UUID
    new: int
    changed: int
    refused: int


@event
@dataclass(frozen=True)
class ImportUndone:
    import_id: UUID
    reverted: int
    kept: int


@event
@dataclass(frozen=True)
class CustomersExported:
    count: int
    format: str
